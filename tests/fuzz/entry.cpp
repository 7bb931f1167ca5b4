#include <cstddef>
#include <cstdint>

#include "tests/fuzz/fuzzing.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  rentwave::fuzz::examine({reinterpret_cast<const char*>(bytes), size});
  return 0;
}
