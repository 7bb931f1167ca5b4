// From text to HTML. Whatever is filled into a page is escaped, unless its type says that it is
// HTML of ours already. Pure.
#pragma once

#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>

#include "http/exchange.hpp"

namespace rentwave::http {

/// HTML of our own making.
struct markup {
  std::string text;
};

/// For element content and for attribute values in double quotes.
std::string escaped(std::string_view text);

/// What a page's `{{name}}` stands for.
struct filling {
  filling(std::string_view where, std::string_view text) : name{where}, html{escaped(text)} {}
  filling(std::string_view where, markup made) : name{where}, html{std::move(made.text)} {}

  std::string_view name;
  std::string html;
};

/// `form` with its `{{names}}` filled in; what is filled in is not looked at again. Every name has
/// to be among `with`.
markup filled(std::string_view form, std::initializer_list<filling> with);

/// A whole page around `content`, which begins with its `<h1>`; `title` is text.
response page(std::string_view title, const markup& content);

}  // namespace rentwave::http
