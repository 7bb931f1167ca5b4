#include "cluster/wire_form.hpp"

#include <caf/atom.hpp>
#include <caf/message.hpp>

#include <algorithm>
#include <utility>

#include "actors/domain/kinds.hpp"
#include "cluster/wire_traits.hpp"
#include "persistence/codec.hpp"
#include "persistence/command_codec.hpp"
#include "persistence/json.hpp"
#include "persistence/json_writer.hpp"

namespace rentwave {
namespace {

namespace ask {
constexpr std::string_view prefix = "ask.";
constexpr const char* command = "ask.command";
constexpr const char* query = "ask.query";
constexpr const char* watch = "ask.watch";
constexpr const char* report = "ask.report";
constexpr const char* look = "ask.look";
constexpr const char* release = "ask.release";
constexpr const char* replay = "ask.replay";
}  // namespace ask

namespace answer {
constexpr std::string_view prefix = "answer.";
constexpr const char* outcome = "answer.outcome";
constexpr const char* view = "answer.view";
constexpr const char* watch = "answer.watch";
constexpr const char* report = "answer.report";
constexpr const char* place = "answer.place";
constexpr const char* text = "answer.text";
constexpr const char* taken = "answer.taken";
constexpr const char* failure = "answer.failure";
}  // namespace answer

constexpr const char* news_type = "news";
constexpr const char* heard_type = "news.heard";

/// No call waits longer; it also keeps sums of times far from overflow.
constexpr duration longest_wait = std::chrono::hours{1};

// --- heads and bodies; their members' names are read by nodes of other releases ---

struct call_head {
  partition_id partition = 0;
  std::optional<duration> left;  ///< until nobody waits any more; none: nobody says
  std::optional<instant> time;   ///< none: of a release that does not say it
};
BOOST_DESCRIBE_STRUCT(call_head, (), (partition, left, time))

struct command_head {
  partition_id partition = 0;
  std::optional<duration> left;
  std::optional<instant> time;
  bool is_one_way = false;
  entity_ref to;
  command_id id;
  std::string type;
  int schema = 1;
  std::optional<instant> cause;  ///< none: unknown
  std::optional<account_id> caller;
  std::optional<entity_ref> from;
  std::string want;
  std::optional<duration> deadline;  ///< from now on; none: there is none
  trace_id trace;
};
BOOST_DESCRIBE_STRUCT(command_head, (),
                      (partition, left, time, is_one_way, to, id, type, schema, cause, caller, from,
                       want, deadline, trace))

struct answer_head {
  std::optional<instant> time;
};
BOOST_DESCRIBE_STRUCT(answer_head, (), (time))

struct view_head {
  std::optional<instant> time;
  entity_ref ref;
  std::int64_t version = 0;
};
BOOST_DESCRIBE_STRUCT(view_head, (), (time, ref, version))

struct kind_count {
  entity_kind kind{};
  std::uint64_t count = 0;
};
BOOST_DESCRIBE_STRUCT(kind_count, (), (kind, count))
struct report_head {
  std::optional<instant> time;
  std::vector<kind_count> entities;
};
BOOST_DESCRIBE_STRUCT(report_head, (), (time, entities))

struct failure_form {
  std::string code;
  std::string detail;
};
BOOST_DESCRIBE_STRUCT(failure_form, (), (code, detail))

// --- time ---

std::optional<duration> left_until(instant until, instant now) {
  if (until == instant::max()) return std::nullopt;
  if (until <= now) return duration{};
  return std::min(until - now, longest_wait);
}
instant until_of(std::optional<duration> left, instant now) {
  return left ? now + std::clamp(*left, duration{}, longest_wait) : instant::max();
}

std::optional<instant> if_known(instant time) {
  return time == instant::min() ? std::nullopt : std::optional{time};
}

// --- failures ---

runtime_errc code_named(std::string_view name) {
  for (int code = 1; code <= 255; ++code) {
    const auto each = static_cast<runtime_errc>(code);
    if (to_string(each) == "unknown") break;
    if (to_string(each) == name) return each;
  }
  return runtime_errc::unavailable;
}

failure_form form_of(const caf::error& why) {
  if (why.category() != caf::atom("rentwave"))
    return {to_string(runtime_errc::unavailable), to_string(why)};
  const auto& context = why.context();
  return {to_string(static_cast<runtime_errc>(why.code())),
          context.match_elements<std::string>() ? context.get_as<std::string>(0) : ""};
}

wire_error misfit(std::string_view type) {
  return {std::string{type} + ": its form does not fit"};
}

wire_error too_large(std::string_view type, std::size_t bytes) {
  return {std::string{type} + ": " + std::to_string(bytes) + " bytes, at most " +
          std::to_string(max_wire_bytes) + " go to another node"};
}

// --- calls ---

wire_message to_wire(const command_envelope& command, call_head head, bool is_one_way,
                     instant now) {
  auto form = encode_command(command.body);
  command_head full;
  full.partition = head.partition;
  full.left = head.left;
  full.time = head.time;
  full.is_one_way = is_one_way;
  full.to = command.to;
  full.id = command.id;
  full.type = form.type;
  full.schema = form.schema;
  full.cause = if_known(command.cause);
  full.caller = command.caller;
  full.from = command.from;
  full.want = command.want;
  full.deadline = left_until(command.deadline, now);
  full.trace = command.trace;
  return {0, ask::command, to_json_text(full), std::move(form.data)};
}

template <class Question>
wire_message to_wire(const char* type, const call_head& head, const Question& what) {
  return {0, type, to_json_text(head), to_json_text(what)};
}

wire_result<remote_call> command_from_wire(const wire_message& message, instant now) {
  command_head head;
  if (!from_json_text(message.head, head)) return misfit(message.type);
  auto body = decode_command(head.to.kind, head.type, head.schema, message.body);
  if (!body) return wire_error{message.type + ": " + body.error().detail};
  auto command = std::make_shared<command_envelope>();
  command->to = std::move(head.to);
  command->id = head.id;
  command->body = std::move(*body);
  command->cause = head.cause.value_or(instant::min());
  command->caller = head.caller;
  command->from = std::move(head.from);
  command->want = std::move(head.want);
  command->deadline = until_of(head.deadline, now);
  command->trace = head.trace;
  remote_call call;
  call.partition = head.partition;
  call.is_one_way = head.is_one_way;
  call.until = until_of(head.left, now);
  call.time = head.time.value_or(instant::min());
  call.what = command_ptr{std::move(command)};
  return call;
}

/// `place` puts what was read into the call.
template <class Question, class Place>
wire_result<remote_call> question_from_wire(const wire_message& message, instant now,
                                            Place&& place) {
  call_head head;
  Question what;
  if (!from_json_text(message.head, head) || !from_json_text(message.body, what))
    return misfit(message.type);
  remote_call call;
  call.partition = head.partition;
  call.until = until_of(head.left, now);
  call.time = head.time.value_or(instant::min());
  call.what = place(std::move(what));
  return call;
}

constexpr auto as_it_is = [](auto what) { return what; };

/// No members: there is nothing to be said but that it is one.
struct nothing {};
BOOST_DESCRIBE_STRUCT(nothing, (), ())

wire_result<remote_call> any_call_from_wire(const wire_message& message, instant now) {
  const auto& type = message.type;
  if (type == ask::command) return command_from_wire(message, now);
  if (type == ask::query)
    return question_from_wire<query_envelope>(message, now, [](query_envelope what) {
      return std::make_shared<const query_envelope>(std::move(what));
    });
  if (type == ask::watch) return question_from_wire<watch_request>(message, now, as_it_is);
  if (type == ask::report)
    return question_from_wire<nothing>(message, now, [](nothing) { return report_request{}; });
  if (type == ask::look) return question_from_wire<look_request>(message, now, as_it_is);
  if (type == ask::release) return question_from_wire<release_order>(message, now, as_it_is);
  if (type == ask::replay) return question_from_wire<replay_order>(message, now, as_it_is);
  return wire_error{type + ": this release does not know such a question"};
}

// --- answers ---

wire_message to_wire(const entity_view& view, std::optional<instant> time) {
  wire_message made{0, answer::view, to_json_text(view_head{time, view.ref, view.version}), {}};
  if (view.state) {
    made.body = with_state_of(view.ref.kind, [&](auto kind) {
      bool is_personal = false;  // links are private, and nothing is stored
      return encode_state(view.as<typename decltype(kind)::type>(), is_personal);
    });
  }
  return made;
}

wire_message to_wire(const partition_report& report, std::optional<instant> time) {
  report_head head{time, {}};
  for (const auto& [kind, count] : report.entities) head.entities.push_back({kind, count});
  return {0, answer::report, to_json_text(head), to_json_text(report)};
}

template <class Said>
wire_message to_wire(const char* type, const Said& what, std::optional<instant> time) {
  return {0, type, to_json_text(answer_head{time}), to_json_text(what)};
}

wire_message to_wire(const remote_answer& given) {
  const auto time = if_known(given.time);
  return std::visit(
      overloaded{
          [&](const outcome& what) { return to_wire(answer::outcome, what, time); },
          [&](const view_ptr& what) { return to_wire(*what, time); },
          [&](const watch_ptr& what) { return to_wire(answer::watch, *what, time); },
          [&](const report_ptr& what) { return to_wire(*what, time); },
          [&](const place_ptr& what) { return to_wire(answer::place, *what, time); },
          [&](const std::string& what) { return to_wire(answer::text, what, time); },
          [&](taken) { return to_wire(answer::taken, nothing{}, time); },
          [&](const caf::error& why) { return to_wire(answer::failure, form_of(why), time); },
      },
      given.what);
}

template <class What>
remote_answer answer_at(std::optional<instant> time, What what) {
  return {0, std::move(what), time.value_or(instant::min())};
}

wire_result<remote_answer> view_from_wire(const wire_message& message) {
  view_head head;
  if (!from_json_text(message.head, head) || !is_kept(head.ref.kind)) return misfit(message.type);
  auto view = std::make_shared<entity_view>();
  view->ref = std::move(head.ref);
  view->version = head.version;
  if (!message.body.empty()) {
    const bool fits = with_state_of(view->ref.kind, [&](auto kind) {
      using state = typename decltype(kind)::type;
      auto read = decode_foreign_state<state>(message.body);
      if (read) view->state = std::make_shared<const state>(std::move(*read));
      return read.has_value();
    });
    if (!fits) return misfit(message.type);
  }
  return answer_at(head.time, view_ptr{std::move(view)});
}

wire_result<remote_answer> report_from_wire(const wire_message& message) {
  report_head head;
  auto report = std::make_shared<partition_report>();
  if (!from_json_text(message.head, head) || !from_json_text(message.body, *report))
    return misfit(message.type);
  for (const auto& [kind, count] : head.entities) report->entities[kind] = count;
  return answer_at(head.time, report_ptr{std::move(report)});
}

/// `place` makes the answer of what was read.
template <class Said, class Place>
wire_result<remote_answer> saying_from_wire(const wire_message& message, Place&& place) {
  answer_head head;
  Said what{};
  // A release before this one has no head where there is nothing else to be said in it.
  const bool fits = message.head.empty() || from_json_text(message.head, head);
  if (!fits || !from_json_text(message.body, what)) return misfit(message.type);
  return answer_at(head.time, place(std::move(what)));
}

constexpr auto shared = [](auto what) {
  return std::make_shared<const decltype(what)>(std::move(what));
};

wire_result<remote_answer> any_answer_from_wire(const wire_message& message) {
  const auto& type = message.type;
  if (type == answer::outcome) return saying_from_wire<outcome>(message, as_it_is);
  if (type == answer::view) return view_from_wire(message);
  if (type == answer::watch) return saying_from_wire<watch_answer>(message, shared);
  if (type == answer::report) return report_from_wire(message);
  if (type == answer::place) return saying_from_wire<entity_place>(message, shared);
  if (type == answer::text) return saying_from_wire<std::string>(message, as_it_is);
  if (type == answer::taken)
    return saying_from_wire<nothing>(message, [](nothing) { return taken{}; });
  if (type == answer::failure)
    return saying_from_wire<failure_form>(message, [](failure_form form) {
      return make_error(code_named(form.code), std::move(form.detail));
    });
  return wire_error{type + ": this release does not know such an answer"};
}

}  // namespace

wire_use use_of(const wire_message& message) {
  if (message.type.starts_with(ask::prefix)) return wire_use::call;
  if (message.type.starts_with(answer::prefix)) return wire_use::answer;
  if (message.type == heard_type) return wire_use::heard;
  return message.type == news_type ? wire_use::news : wire_use::other;
}

wire_result<wire_message> call_to_wire(const remote_call& call, instant now) {
  const call_head head{call.partition, left_until(call.until, now), if_known(call.time)};
  auto made = std::visit(
      overloaded{
          [&](const command_ptr& what) { return to_wire(*what, head, call.is_one_way, now); },
          [&](const query_ptr& what) { return to_wire(ask::query, head, *what); },
          [&](const watch_request& what) { return to_wire(ask::watch, head, what); },
          [&](report_request) { return to_wire(ask::report, head, nothing{}); },
          [&](const look_request& what) { return to_wire(ask::look, head, what); },
          [&](const release_order& what) { return to_wire(ask::release, head, what); },
          [&](const replay_order& what) { return to_wire(ask::replay, head, what); },
      },
      call.what);
  if (bytes_of(made) > max_wire_bytes) return too_large(made.type, bytes_of(made));
  made.number = call.number;
  return made;
}

wire_result<remote_call> call_from_wire(const wire_message& message, instant now) {
  if (bytes_of(message) > max_wire_bytes) return too_large(message.type, bytes_of(message));
  auto call = any_call_from_wire(message, now);
  if (call) call->number = message.number;
  return call;
}

wire_message answer_to_wire(const remote_answer& answer) {
  auto made = to_wire(answer);
  if (bytes_of(made) > max_wire_bytes)
    made =
        to_wire({0, make_error(runtime_errc::unavailable, too_large(made.type, bytes_of(made)).why),
                 answer.time});
  made.number = answer.number;
  return made;
}

wire_result<remote_answer> answer_from_wire(const wire_message& message) {
  if (bytes_of(message) > max_wire_bytes) return too_large(message.type, bytes_of(message));
  auto answer = any_answer_from_wire(message);
  if (answer) answer->number = message.number;
  return answer;
}

wire_message news_to_wire(const news& what) {
  wire_message made{0, news_type, {}, to_json_text(what)};
  if (bytes_of(made) > max_wire_bytes) {
    // Who watches single entities is asked to begin again, and then reads what happened.
    made.body = to_json_text(news{{}, what.everything, true, what.partition});
  }
  return made;
}

wire_result<news_ptr> news_from_wire(const wire_message& message) {
  if (bytes_of(message) > max_wire_bytes) return too_large(message.type, bytes_of(message));
  auto what = std::make_shared<news>();
  if (!from_json_text(message.body, *what)) return misfit(message.type);
  return news_ptr{std::move(what)};
}

wire_message heard_to_wire(std::uint64_t number) {
  return {number, heard_type, {}, {}};
}

}  // namespace rentwave
