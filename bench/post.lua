-- wrk: creates adverts as the person whose token is in TOKEN, each of a book of its own: adverts of
-- one ISBN all meet in one entity.
done = require("bench.report")
require("bench.pause")

wrk.method = "POST"
wrk.headers["Content-Type"] = "application/json"
wrk.headers["Authorization"] = "Bearer " .. os.getenv("TOKEN")

local file = assert(io.open("bench/advert.json"))
local advert = file:read("*a")
file:close()

-- 978, nine digits, and the check digit that makes the weighted sum a multiple of ten.
local function isbn(number)
  local digits = string.format("978%09d", number % 1000000000)
  local sum = 0
  for i = 1, 12 do sum = sum + tonumber(digits:sub(i, i)) * (i % 2 == 1 and 1 or 3) end
  return digits .. (10 - sum % 10) % 10
end

local count = os.time() % 100000 * 10000 -- another run begins elsewhere
request = function()
  count = count + 1
  local body = advert:gsub("NUMBER", tostring(count)):gsub("ISBN", isbn(count))
  return wrk.format(nil, nil, nil, body)
end
