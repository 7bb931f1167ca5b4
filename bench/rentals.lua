-- wrk: reads the rentals whose ids stand in the file IDS, one after the other, as the person whose
-- token is in TOKEN.
done = require("bench.report")

wrk.headers["Authorization"] = "Bearer " .. os.getenv("TOKEN")

local ids = {}
for id in io.lines(os.getenv("IDS")) do ids[#ids + 1] = id end

local at = 0
request = function()
  at = at % #ids + 1
  return wrk.format("GET", "/api/rentals/" .. ids[at])
end
