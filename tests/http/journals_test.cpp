// These tests run on each kind of journal: that they do.
#include <gmock/gmock.h>

#include <map>

#include "tests/http/node_scene.hpp"

namespace rentwave::http {
namespace {

class Journals : public node_scene {};

TEST_F(Journals, are_of_the_kind_that_was_asked_for) {
  start();
  const std::map<std::string, std::string> words{{"memory", "is gone when the process ends"},
                                                 {"sqlite", "not of the disk"},
                                                 {"postgres", "of the database's machine"}};
  EXPECT_THAT(store->promise(), ::testing::HasSubstr(words.at(testing_journal::wanted_kind())));
}

}  // namespace
}  // namespace rentwave::http
