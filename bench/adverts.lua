-- wrk: reads adverts whose ids stand in the file IDS, MOST of them spread over all.
done = require("bench.report")

local all, ids = {}, {}
for id in io.lines(os.getenv("IDS")) do all[#all + 1] = id end
local step = math.max(1, #all / tonumber(os.getenv("MOST")))
for i = 1, #all, step do ids[#ids + 1] = all[math.floor(i)] end

local at = 0
request = function()
  at = at % #ids + 1
  return wrk.format("GET", "/api/listings/" .. ids[at])
end
