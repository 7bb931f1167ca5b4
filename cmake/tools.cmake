# Speeds up compiling and linking with ccache and mold where they are installed.

find_program(CCACHE_PROGRAM ccache)
find_program(MOLD_PROGRAM mold)
mark_as_advanced(CCACHE_PROGRAM MOLD_PROGRAM)

if(CCACHE_PROGRAM)
  # Without the sloppiness (and -fpch-preprocess, see targets.cmake) nothing that uses a precompiled
  # header is ever found in the cache; the base directory lets another clone use the same cache.
  set(CMAKE_CXX_COMPILER_LAUNCHER
      "${CMAKE_COMMAND}" -E env
      "CCACHE_SLOPPINESS=pch_defines,time_macros,include_file_mtime,include_file_ctime"
      "CCACHE_BASEDIR=${PROJECT_SOURCE_DIR}" "CCACHE_NOHASHDIR=1"
      "${CCACHE_PROGRAM}")
endif()

if(MOLD_PROGRAM)
  add_link_options(-fuse-ld=mold)
endif()

# GCC starts to collect garbage at 128 MiB; few of our files come to 1 GiB, and without collecting
# they compile in an eighth less time.
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  add_compile_options("SHELL:--param ggc-min-heapsize=1048576")
endif()
