// Suspending a person, and a person's leaving, for account.cpp: what the commands decide, what the
// events leave, and what is owed to whom.
#pragma once

#include "actors/domain/account.hpp"

namespace rentwave::account {

decision<event> handle(const state& s, const close& c, const context& given);
decision<event> handle(const state& s, const suspend& c, const context& given);
decision<event> handle(const state& s, const reinstate& c, const context& given);
decision<event> handle(const state& s, const answered& c, const context& given);
decision<event> handle(const state& s, const wake& c, const context& given);

void apply(state& s, const closing& e);
void apply(state& s, const close_refused& e);
void apply(state& s, const erased& e);
void apply(state& s, const suspended& e);
void apply(state& s, const reinstated& e);
void apply(state& s, const looked_again& e);
void apply(state& s, const surveyed& e);
void apply(state& s, const advert_done& e);
void apply(state& s, const step_done& e);

std::vector<want> standing_wants(const state& now);
/// When a suspension ends, or adverts are looked for again.
std::optional<instant> standing_alarm(const state& now);

}  // namespace rentwave::account
