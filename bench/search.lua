-- wrk: searches by words drawn from those in the file WORDS, each with one of the filters.
done = require("bench.report")
require("bench.pause")

local words = {}
for word in io.lines(os.getenv("WORDS")) do words[#words + 1] = word end
local filters = { "kind=room", "max_price=3000", "city=City+3", "kind=vehicle&seats_min=5" }

request = function()
  return wrk.format("GET", "/api/listings?q=" .. words[math.random(#words)] .. "&"
    .. filters[math.random(#filters)])
end
