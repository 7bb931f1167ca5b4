# rentwave_warnings: every target of ours is compiled with these. Imported targets are SYSTEM, so
# third-party headers stay silent.

add_library(rentwave_warnings INTERFACE)
target_compile_options(rentwave_warnings INTERFACE
  -Wall -Wextra -Wpedantic -Wconversion -Werror)
