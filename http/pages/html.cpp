#include "http/pages/html.hpp"

#include <algorithm>
#include <cassert>

namespace rentwave::http {
namespace {

constexpr std::string_view opening = "{{", closing = "}}";

/// Our own style sheet and icon and nothing else: no script, no frame, no form.
constexpr std::string_view policy =
    "default-src 'none'; style-src 'self'; img-src 'self'; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'none'";

constexpr std::string_view frame = R"(<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>{{title}}</title>
<link rel="icon" href="/icon.svg" type="image/svg+xml">
<link rel="stylesheet" href="/style.css">
</head>
<body>
<a class="skip" href="#content">To the content</a>
<header>
<nav aria-label="Pages">
<a class="name" href="/">RentWave</a>
<a href="/docs">The API</a>
<a href="/api/listings">Adverts, as JSON</a>
</nav>
</header>
<main id="content">
{{content}}</main>
</body>
</html>
)";

}  // namespace

std::string escaped(std::string_view text) {
  std::string html;
  html.reserve(text.size());
  for (const char c : text) switch (c) {
      case '&':
        html += "&amp;";
        break;
      case '<':
        html += "&lt;";
        break;
      case '>':
        html += "&gt;";
        break;
      case '"':
        html += "&quot;";
        break;
      case '\'':
        html += "&#39;";
        break;
      default:
        html += c;
    }
  return html;
}

markup filled(std::string_view form, std::initializer_list<filling> with) {
  markup made;
  while (true) {
    const auto begin = form.find(opening);
    made.text += form.substr(0, begin);
    if (begin == form.npos) return made;
    form.remove_prefix(begin + opening.size());
    const auto end = form.find(closing);
    assert(end != form.npos);
    const auto value = std::ranges::find(with, form.substr(0, end), &filling::name);
    assert(value != with.end());
    made.text += value->html;
    form.remove_prefix(end + closing.size());
  }
}

response page(std::string_view title, const markup& content) {
  response made;
  made.content_type = "text/html; charset=utf-8";
  made.body = filled(frame, {{"title", title}, {"content", content}}).text;
  made.headers.emplace_back("Content-Security-Policy", policy);
  made.headers.emplace_back("Cache-Control", "no-cache");
  return made;
}

}  // namespace rentwave::http
