# rentwave_sanitizers: what RENTWAVE_SANITIZERS (of the presets asan and tsan) asks for, or nothing.

set(RENTWAVE_SANITIZERS "" CACHE STRING "Sanitizers, separated by commas: address,undefined or thread")

add_library(rentwave_sanitizers INTERFACE)
if(RENTWAVE_SANITIZERS)
  set(flags "-fsanitize=${RENTWAVE_SANITIZERS}")
  if(RENTWAVE_SANITIZERS MATCHES "undefined")
    # Two false alarms: CAF 0.17 binds references to null while it spawns actors without arguments,
    # and GCC 12 takes instrumented variants for uninitialised ones.
    list(APPEND flags -fno-sanitize=null -fno-sanitize-recover=all
         $<$<CXX_COMPILER_ID:GNU>:-Wno-maybe-uninitialized>)
  endif()
  target_compile_options(rentwave_sanitizers INTERFACE -O1 -fno-omit-frame-pointer ${flags})
  target_link_options(rentwave_sanitizers INTERFACE ${flags})
endif()
