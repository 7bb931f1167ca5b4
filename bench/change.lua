-- wrk: changes the advert of the URL over and over, on one connection: each change names the ETag of the
-- one before (If-Match), or asks for it.
done = require("bench.report")

local headers = { ["Content-Type"] = "application/json", ["Authorization"] = "Bearer " .. os.getenv("TOKEN") }
local count = 0

request = function()
  if not headers["If-Match"] then return wrk.format("GET") end
  count = count + 1
  return wrk.format("PATCH", nil, headers,
    '{"price": {"amount": ' .. 100 + count % 900 .. ', "per": "day"}}')
end

response = function(_, answered)
  headers["If-Match"] = answered["ETag"] or answered["etag"]
end
