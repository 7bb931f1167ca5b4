// How the pages look: one column, the reader's own fonts, light or dark as the reader likes it.
#include "http/pages/page_handlers.hpp"

namespace rentwave::http {
namespace {

constexpr std::string_view style_sheet = R"(:root {
  color-scheme: light dark;
  --paper: #fdfcfa; --ink: #1f2328; --faint: #59616b; --line: #d8d4cc; --box: #f3f0ea;
  --link: #0b5a8f; --wave: #0f766e;
}
@media (prefers-color-scheme: dark) {
  :root {
    --paper: #15181c; --ink: #e6e8eb; --faint: #a3abb5; --line: #383e46; --box: #1f242a;
    --link: #8cc8ff; --wave: #5eead4;
  }
}
* { box-sizing: border-box; }
body {
  margin: 0; border-top: .35rem solid var(--wave);
  background: var(--paper); color: var(--ink);
  font: 1rem/1.6 system-ui, sans-serif; overflow-wrap: break-word;
}
header, main { max-width: 60rem; margin: 0 auto; padding: 0 1.25rem; }
header { padding-top: 1rem; }
nav { display: flex; flex-wrap: wrap; gap: .25rem 1.5rem; align-items: baseline; }
.name { font-size: 1.25rem; font-weight: 700; color: var(--wave); text-decoration: none; }
main { padding-bottom: 4rem; }
h1 { font-size: clamp(1.6rem, 5vw, 2.25rem); line-height: 1.2; margin: 2rem 0 .5rem; }
h2 { font-size: 1.3rem; margin: 2.5rem 0 .75rem; }
h3 { font-size: 1.05rem; margin: 1.5rem 0 .5rem; }
p, li { max-width: 45rem; }
.lead { font-size: 1.15rem; color: var(--faint); margin-top: 0; }
a { color: var(--link); text-underline-offset: .15em; }
a:focus-visible, [tabindex]:focus-visible, summary:focus-visible {
  outline: 3px solid var(--wave); outline-offset: 2px; border-radius: 2px;
}
.skip { position: absolute; left: -100vw; padding: .5rem 1rem; background: var(--paper); }
.skip:focus { left: 0; top: 0; z-index: 1; }
code, pre { font-family: ui-monospace, monospace; font-size: .9em; }
pre, .wide { overflow-x: auto; }
pre {
  padding: 1rem; background: var(--box); border: 1px solid var(--line); border-radius: .5rem;
  line-height: 1.5;
}
dl { display: grid; grid-template-columns: max-content 1fr; gap: .35rem 1.5rem; margin: 0; }
dt { color: var(--faint); }
dd { margin: 0; }
table { border-collapse: collapse; width: 100%; }
th, td {
  padding: .4rem 1rem .4rem 0; text-align: left; vertical-align: top;
  border-bottom: 1px solid var(--line);
}
thead th { color: var(--faint); font-weight: 600; }
tbody th { font-weight: 600; }
td code { white-space: nowrap; }
.method { font-weight: 600; white-space: nowrap; }
summary { cursor: pointer; }
@media (max-width: 34rem) {
  dl { grid-template-columns: 1fr; gap: 0; }
  dd { margin-bottom: .6rem; }
}
@media print { .skip, nav { display: none; } }
)";

constexpr std::string_view icon = R"(<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32">
<rect width="32" height="32" rx="7" fill="#0f766e"/>
<path d="M4 14q4-6 8 0t8 0 8 0M4 22q4-6 8 0t8 0 8 0" fill="none" stroke="#fff" stroke-width="3"
 stroke-linecap="round"/>
</svg>
)";

response unchanging(std::string_view type, std::string_view text) {
  response made;
  made.content_type = type;
  made.body = text;
  made.headers.emplace_back("Cache-Control", "max-age=600");
  return made;
}

}  // namespace

boost::asio::awaitable<response> get_style(backend&, const request&) {
  co_return unchanging("text/css; charset=utf-8", style_sheet);
}

boost::asio::awaitable<response> get_icon(backend&, const request&) {
  co_return unchanging("image/svg+xml", icon);
}

}  // namespace rentwave::http
