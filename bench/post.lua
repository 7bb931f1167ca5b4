-- wrk: creates adverts as the person whose token is in TOKEN, each with a title of its own.
done = require("bench.report")

wrk.method = "POST"
wrk.headers["Content-Type"] = "application/json"
wrk.headers["Authorization"] = "Bearer " .. os.getenv("TOKEN")

local file = assert(io.open("bench/advert.json"))
local advert = file:read("a")
file:close()

local count = 0
request = function()
  count = count + 1
  return wrk.format(nil, nil, nil, (advert:gsub("NUMBER", tostring(count))))
end
