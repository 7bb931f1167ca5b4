-- wrk: rents an advert of the file LISTINGS for an hour and returns it, over and over, each time as
-- the next of the persons whose tokens stand in the file TOKENS.
done = require("bench.report")
local lines = require("bench.lines")

local listings, tokens = lines("LISTINGS"), lines("TOKENS")

local rented = {} -- {path, token} of what has to be returned
local person, listing = 0, 0
local asked = {} -- tokens of rentals whose answers are to come, by the id of their advert

local function headers(token)
  return { ["Content-Type"] = "application/json", ["Authorization"] = "Bearer " .. token }
end

request = function()
  local due = table.remove(rented)
  if due then return wrk.format("POST", due[1] .. "/return", headers(due[2]), "{}") end
  person, listing = person % #tokens + 1, listing % #listings + 1
  local id, token = listings[listing], tokens[person]
  asked[id] = token
  return wrk.format("POST", "/api/rentals", headers(token),
    '{"listing_id": "' .. id .. '", "duration": "PT1H"}')
end

response = function(status, _, body)
  if status ~= 201 then return end
  local id, of = body:match('"id": *"([^"]*)"'), body:match('"listing_id": *"([^"]*)"')
  rented[#rented + 1] = { "/api/rentals/" .. id, asked[of] }
end
