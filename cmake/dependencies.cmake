# Every library that we use, found once. The Debian packages are in deploy/packages.txt.

set(THREADS_PREFER_PTHREAD_FLAG ON)
find_package(Threads REQUIRED)
find_package(CAF 0.17 REQUIRED COMPONENTS core io)
find_package(Boost 1.81 REQUIRED) # Boost::headers: Asio, Beast, Describe, UUID
find_package(OpenSSL REQUIRED)
find_package(SQLite3 REQUIRED)
find_package(cpp-jwt REQUIRED)
find_package(nlohmann_json REQUIRED)
find_package(simdjson REQUIRED)
find_package(spdlog REQUIRED)
find_package(prometheus-cpp REQUIRED) # prometheus-cpp::core
find_package(yaml-cpp REQUIRED) # yaml-cpp
find_package(GTest REQUIRED)
find_package(PkgConfig REQUIRED)
pkg_check_modules(sodium REQUIRED IMPORTED_TARGET GLOBAL libsodium) # PkgConfig::sodium
pkg_check_modules(pqxx REQUIRED IMPORTED_TARGET GLOBAL libpqxx) # PkgConfig::pqxx
