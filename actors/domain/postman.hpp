// Who brings notices to webhooks. It is asked by a webhook and answers like an entity, by
// `answered`, but keeps nothing: what it has not answered it is asked again.
#pragma once

#include <boost/describe.hpp>

#include <string>
#include <string_view>
#include <variant>

#include "actors/domain/ids.hpp"

namespace rentwave::postman {

/// Posts the webhook's next notice, which its state says; answered by `posted_so_far`. What is not
/// the webhook's `n`th try any more, when its turn has come, is not answered.
struct post {
  static constexpr std::string_view type = "postman/post";
  webhook_id hook;
  int n = 0;
  std::string receiver;  ///< the URL's host and port: no receiver gets more than its share
};
BOOST_DESCRIBE_STRUCT(post, (), (hook, n, receiver))

using command = std::variant<post>;

}  // namespace rentwave::postman
