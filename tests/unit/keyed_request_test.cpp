#include <gtest/gtest.h>

#include "tests/unit/stage.hpp"

namespace rentwave {
namespace {

const keyed_request::claim claim{ada, "hash"};

keyed_request::finish answer_of(std::string body) {
  return {{201, "/api/listings/1", "\"1\"", {std::move(body)}}};
}

TEST(KeyedRequest, is_claimed_and_then_answered_once) {
  stage<keyed_request::state> stage;
  EXPECT_EQ(stage.play(claim, ada), names{"request.claim"});
  EXPECT_FALSE(stage.s.is_finished());
  EXPECT_EQ(stage.play(answer_of("first"), ada), names{"request.finish"});
  EXPECT_TRUE(stage.s.is_finished());
  EXPECT_EQ(stage.s.given.location, "/api/listings/1");
  EXPECT_EQ(stage.play(answer_of("second"), ada), names{});
  EXPECT_EQ(stage.s.given.body.text, "first");
}

TEST(KeyedRequest, of_another_body_is_refused) {
  stage<keyed_request::state> stage;
  stage.play(claim, ada);
  EXPECT_EQ(stage.code(keyed_request::claim{ada, "other"}, ada), "idempotency_mismatch");
  stage.play(answer_of("first"), ada);
  EXPECT_EQ(stage.code(keyed_request::claim{ada, "other"}, ada), "idempotency_mismatch");
  EXPECT_EQ(stage.play(claim, ada), names{});
}

TEST(KeyedRequest, is_nobody_elses) {
  stage<keyed_request::state> stage;
  EXPECT_EQ(stage.code(claim, bob), "unknown_entity");
  EXPECT_EQ(stage.code(answer_of("early"), ada), "unknown_entity");
  stage.play(claim, ada);
  EXPECT_EQ(stage.code(keyed_request::claim{bob, "hash"}, bob), "unknown_entity");
  EXPECT_EQ(stage.code(answer_of("mine"), bob), "unknown_entity");
}

TEST(KeyedRequest, owes_nobody_anything) {
  stage<keyed_request::state> stage;
  stage.play(claim, ada);
  EXPECT_EQ(stage.owed(), names{});
  EXPECT_EQ(stage.play(wake{}), names{});
  EXPECT_EQ(stage.acknowledge("x"), names{});
}

}  // namespace
}  // namespace rentwave
