# How a folder becomes a target. Sources are listed, relative to the folder; DEPENDS is public,
# PRIVATE_DEPENDS is what only the .cpp files include. Includes start at the repository's root.
#
#   rentwave_library(NAME rentwave_x SOURCES ... [DEPENDS ...] [PRIVATE_DEPENDS ...]
#                    [PRECOMPILE <header>...])
#   rentwave_program(same arguments)
#   rentwave_test(NAME x_test SOURCES ... [DEPENDS ...] [PRECOMPILE <header>...]
#                 [PRECOMPILED_BY target] [DEFINITIONS ...] [TOGETHER filter]
#                 [JOURNALS kind...] [TIMEOUT seconds])

include(GoogleTest)

set(target_one_value NAME PRECOMPILED_BY TOGETHER TIMEOUT)
set(target_lists SOURCES DEPENDS PRIVATE_DEPENDS PRECOMPILE DEFINITIONS JOURNALS)
set(RENTWAVE_EXCHANGES "${PROJECT_BINARY_DIR}/exchanges.jsonl")

# rentwave_embed(FROM file NAME rentwave::function HEADER header): a source whose function gives the text of
# the file, into the list `embedded_sources`.
function(rentwave_embed)
  cmake_parse_arguments(PARSE_ARGV 0 arg "" "FROM;NAME;HEADER" "")
  cmake_path(ABSOLUTE_PATH arg_FROM)
  cmake_path(GET arg_FROM FILENAME file)
  set(source "${CMAKE_CURRENT_BINARY_DIR}/${file}.cpp")
  set(script "${PROJECT_SOURCE_DIR}/cmake/embed.cmake")
  add_custom_command(
    OUTPUT "${source}"
    COMMAND "${CMAKE_COMMAND}" "-DFROM=${arg_FROM}" "-DINTO=${source}" "-DHEADER=${arg_HEADER}"
            "-DNAME=${arg_NAME}" -P "${script}"
    DEPENDS "${arg_FROM}" "${script}"
    VERBATIM)
  set(embedded_sources ${embedded_sources} "${source}" PARENT_SCOPE)
endfunction()

function(rentwave_library)
  cmake_parse_arguments(PARSE_ARGV 0 arg "" "${target_one_value}" "${target_lists}")
  add_library(${arg_NAME} STATIC ${arg_SOURCES})
  _rentwave_target()
  target_link_libraries(${arg_NAME} PUBLIC ${arg_DEPENDS} PRIVATE ${arg_PRIVATE_DEPENDS})
endfunction()

function(rentwave_program)
  cmake_parse_arguments(PARSE_ARGV 0 arg "" "${target_one_value}" "${target_lists}")
  add_executable(${arg_NAME} ${arg_SOURCES})
  _rentwave_target()
  target_link_libraries(${arg_NAME} PRIVATE ${arg_DEPENDS} ${arg_PRIVATE_DEPENDS})
endfunction()

# Each TEST becomes a test of ctest, found when ctest starts; those that GoogleTest's filter TOGETHER
# matches become one test, as they share something that is slow to set up. PRECOMPILED_BY takes over another
# target's precompiled header, which saves making it again; both need the same compile options. Without it
# the one of tests/ is used. What only tests run is not worth all of the optimiser's time; and in a
# release build three of their files are compiled as one, which takes two thirds of the time. So the names
# in a test's unnamed namespace are those of its neighbours, too. Tests with rentwave_client, which is how
# they ask the server, are under contract: what they see is written down for tests/contract/. All of them
# run once more, as one test, on each journal of JOURNALS (tests/persistence/temporary_journal.hpp).
function(rentwave_test)
  cmake_parse_arguments(PARSE_ARGV 0 arg "" "${target_one_value}" "${target_lists}")
  set(precompiled)
  if(NOT arg_PRECOMPILED_BY AND NOT arg_PRECOMPILE)
    set(precompiled PRECOMPILED_BY rentwave_test_headers)
  endif()
  rentwave_program(${ARGV} ${precompiled})
  target_compile_options(${arg_NAME} PRIVATE $<$<CONFIG:Release>:-O1>)
  if(CMAKE_BUILD_TYPE STREQUAL Release)
    set_target_properties(${arg_NAME} PROPERTIES UNITY_BUILD ON UNITY_BUILD_BATCH_SIZE 3)
    # What is unnamed in a file that is included is taken for something of others.
    target_compile_options(${arg_NAME} PRIVATE -Wno-subobject-linkage)
  endif()
  if(NOT arg_TIMEOUT)
    set(arg_TIMEOUT 60)
  endif()
  target_link_libraries(${arg_NAME} PRIVATE GTest::gmock_main)
  set(properties TIMEOUT ${arg_TIMEOUT})
  if(RENTWAVE_SANITIZERS MATCHES "address")
    list(APPEND properties ENVIRONMENT
         "LSAN_OPTIONS=suppressions=${PROJECT_SOURCE_DIR}/tests/leaks.txt:print_suppressions=0")
  endif()
  if("rentwave_client" IN_LIST arg_DEPENDS)
    set(runs ${arg_JOURNALS})
    list(TRANSFORM runs PREPEND ${arg_NAME}.on_)
    set_property(GLOBAL APPEND PROPERTY RENTWAVE_UNDER_CONTRACT ${arg_NAME} ${runs})
    list(APPEND properties FIXTURES_REQUIRED contract
         ENVIRONMENT_MODIFICATION "EXCHANGE_LOG=set:${RENTWAVE_EXCHANGES}")
  endif()
  set(apart)
  if(arg_TOGETHER)
    set(apart TEST_FILTER "-${arg_TOGETHER}")
    add_test(NAME ${arg_NAME}.together
      COMMAND ${arg_NAME} --gtest_brief=1 "--gtest_filter=${arg_TOGETHER}")
    set_tests_properties(${arg_NAME}.together PROPERTIES ${properties})
  endif()
  foreach(journal IN LISTS arg_JOURNALS)
    set(again ${arg_NAME}.on_${journal})
    add_test(NAME ${again} COMMAND ${arg_NAME} --gtest_brief=1)
    set_tests_properties(${again} PROPERTIES ${properties} TIMEOUT 300)
    set_property(TEST ${again} APPEND PROPERTY
      ENVIRONMENT_MODIFICATION "TEST_JOURNAL=set:${journal}")
  endforeach()
  gtest_discover_tests(${arg_NAME} ${apart}
    DISCOVERY_MODE PRE_TEST DISCOVERY_TIMEOUT 30 PROPERTIES ${properties})
endfunction()

macro(_rentwave_target)
  if(arg_UNPARSED_ARGUMENTS OR arg_KEYWORDS_MISSING_VALUES)
    message(FATAL_ERROR
      "${arg_NAME}: what is '${arg_UNPARSED_ARGUMENTS}${arg_KEYWORDS_MISSING_VALUES}'?")
  endif()
  target_include_directories(${arg_NAME} PUBLIC "${PROJECT_SOURCE_DIR}")
  target_link_libraries(${arg_NAME} PRIVATE rentwave_warnings PUBLIC rentwave_sanitizers)
  target_compile_definitions(${arg_NAME} PRIVATE ${arg_DEFINITIONS})
  if(arg_PRECOMPILE)
    target_precompile_headers(${arg_NAME} PRIVATE ${arg_PRECOMPILE})
  elseif(arg_PRECOMPILED_BY)
    target_precompile_headers(${arg_NAME} REUSE_FROM ${arg_PRECOMPILED_BY})
  endif()
  if(CCACHE_PROGRAM AND (arg_PRECOMPILE OR arg_PRECOMPILED_BY))
    target_compile_options(${arg_NAME} PRIVATE -fpch-preprocess)
  endif()
endmacro()
