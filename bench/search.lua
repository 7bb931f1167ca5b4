-- wrk: searches by words drawn from those in the file WORDS, each with one of the filters. A connection
-- waits PAUSE_MS between two, on average and never the same, if that is not 0.
done = require("bench.report")

local words = {}
for word in io.lines(os.getenv("WORDS")) do words[#words + 1] = word end
local filters = { "kind=room", "max_price=3000", "city=City+3", "kind=vehicle&seats_min=5" }

local pause = tonumber(os.getenv("PAUSE_MS"))
if pause > 0 then
  function delay() return math.random(0, 2 * pause) end
end

request = function()
  return wrk.format("GET", "/api/listings?q=" .. words[math.random(#words)] .. "&"
    .. filters[math.random(#filters)])
end
