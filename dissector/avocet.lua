-- Avocet without keys, for Wireshark 4.0: copy it to ~/.local/lib/wireshark/plugins. Generated from protocol/wire by
-- the target avocet-lua-update; do not edit.

local layouts = {}
layouts.sealed = {
  {name = "avocet.sealed.fixed", title = "Fixed", as = "bits", bits = 3, hex = false},
  {name = "avocet.sealed.kind", title = "Kind", as = "bits", bits = 3, hex = false},
  {name = "avocet.sealed.key_phase", title = "Key phase", as = "bits", bits = 1, hex = false},
  {name = "avocet.sealed.spin", title = "Spin", as = "bits", bits = 1, hex = false},
  {name = "avocet.sealed.destination", title = "Destination", as = "uint", bits = 64, hex = true},
  {name = "avocet.sealed.number", title = "Number", as = "uint", bits = 32, hex = false},
}
layouts.clear = {
  {name = "avocet.clear.fixed", title = "Fixed", as = "bits", bits = 3, hex = false},
  {name = "avocet.clear.kind", title = "Kind", as = "bits", bits = 3, hex = false},
  {name = "avocet.clear.reserved", title = "Reserved", as = "bits", bits = 2, hex = false},
  {name = "avocet.clear.magic", title = "Magic", as = "text", bits = 32, hex = false},
  {name = "avocet.clear.body", title = "Body", as = "blob16", bits = 0, hex = false},
  {name = "avocet.clear.padding", title = "Padding", as = "zeros", bits = 0, hex = false},
}
layouts.reset = {
  {name = "avocet.reset.fixed", title = "Fixed", as = "bits", bits = 3, hex = false},
  {name = "avocet.reset.kind", title = "Kind", as = "bits", bits = 3, hex = false},
  {name = "avocet.reset.reserved", title = "Reserved", as = "bits", bits = 2, hex = false},
  {name = "avocet.reset.unknown", title = "Unknown", as = "uint", bits = 64, hex = true},
  {name = "avocet.reset.token", title = "Token", as = "bytes", bits = 128, hex = false},
}
local kinds = {
  [0] = "protected",
  [1] = "handshake",
  [2] = "hello",
  [3] = "retry",
  [4] = "refuse",
  [5] = "server_hello",
  [6] = "reset",
}

local avocet = Proto("avocet", "Avocet Media Transport (headers only)")
local gap = ProtoField.uint64("avocet.gap", "Packets missing before")
local spin_trip = ProtoField.double("avocet.spin.round_trip", "Round trip by the spin bit, s")
avocet.fields = {gap, spin_trip}

-- One field for each row of the layouts; the bits of a byte have masks from its highest bit down.
for _, layout in pairs(layouts) do
  local left = 8
  for _, row in ipairs(layout) do
    if row.as == "bits" then
      left = left - row.bits
      row.mask = bit.lshift(bit.lshift(1, row.bits) - 1, left)
      row.field = ProtoField.uint8(row.name, row.title, base.DEC, nil, row.mask)
    elseif row.as == "uint" then
      row.field = ProtoField["uint" .. row.bits](row.name, row.title, row.hex and base.HEX or base.DEC)
    elseif row.as == "zeros" then
      row.field = ProtoField.uint64(row.name, row.title)
    elseif row.as == "text" then
      row.field = ProtoField.string(row.name, row.title)
    else
      row.field = ProtoField.bytes(row.name, row.title)
    end
    table.insert(avocet.fields, row.field)
  end
end

local function show(layout, buffer, tree)
  local at, left = 0, 8
  for _, row in ipairs(layout) do
    local size = row.bits / 8
    if row.as == "bits" then
      if at >= buffer:len() then return end
      tree:add(row.field, buffer(at, 1))
      left = left - row.bits
      if left == 0 then at = at + 1 end
    elseif row.as == "zeros" then
      tree:add(row.field, at < buffer:len() and buffer(at) or buffer(at - 1, 1), UInt64(buffer:len() - at))
    else
      if row.as == "blob16" then
        if at + 2 > buffer:len() then return end
        size = buffer(at, 2):uint()
        at = at + 2
      end
      if at + size > buffer:len() then return end
      if size > 0 then tree:add(row.field, buffer(at, size)) end
      at = at + size
    end
  end
end

-- What follows from the order of packets: kept by packet of the capture, so that it shows the same at every visit.
local paths, found = {}, {}
function avocet.init() paths, found = {}, {} end

local function follow(buffer, pinfo)
  local first = buffer(0, 1):uint()
  local kind, spin = bit.band(bit.rshift(first, 2), 7), bit.band(first, 1)
  local name = kind .. ":" .. tostring(buffer(1, 8):bytes())
  local number, now, out = buffer(9, 4):uint(), pinfo.abs_ts, {}
  local path = paths[name]
  if not path then
    paths[name] = {largest = number, spin = spin}
  elseif number > path.largest then
    if number > path.largest + 1 then out.gap = number - path.largest - 1 end
    if kind == 0 and spin ~= path.spin then
      if path.flipped then out.trip = now - path.flipped end
      path.flipped = now
    end
    path.largest, path.spin = number, spin
  end
  found[pinfo.number] = out
end

function avocet.dissector(buffer, pinfo, root)
  if buffer:len() < 13 then return 0 end
  local first = buffer(0, 1):uint()
  local kind = bit.band(bit.rshift(first, 2), 7)
  if bit.rshift(first, 5) ~= 1 or not kinds[kind] then return 0 end
  pinfo.cols.protocol = "Avocet"
  pinfo.cols.info = kinds[kind]
  local tree = root:add(avocet, buffer())
  if kind <= 1 then
    show(layouts.sealed, buffer, tree)
    if not pinfo.visited then follow(buffer, pinfo) end
    local known = found[pinfo.number] or {}
    if known.gap then tree:add(gap, UInt64(known.gap)):set_generated() end
    if known.trip then tree:add(spin_trip, known.trip):set_generated() end
  else
    show(kind == 6 and layouts.reset or layouts.clear, buffer, tree)
  end
  return buffer:len()
end

avocet:register_heuristic("udp", function(buffer, pinfo, root)
  if buffer:len() < 7 or buffer(1, 4):string() ~= "AVOC" then return false end
  local first = buffer(0, 1):uint()
  if bit.rshift(first, 5) ~= 1 or bit.band(first, 3) ~= 0 then return false end
  local kind = bit.band(bit.rshift(first, 2), 7)
  if kind < 2 or kind > 5 or 7 + buffer(5, 2):uint() > buffer:len() then return false end
  pinfo.conversation = avocet
  avocet.dissector(buffer, pinfo, root)
  return true
end)
DissectorTable.get("udp.port"):add(4747, avocet)
