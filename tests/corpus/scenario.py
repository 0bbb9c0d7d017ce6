"""Scenario files of avocet-sim, made of a few words: one link, one flow of ours over it, and what is wrong with them."""


def table(settings):
    return "".join(f"{key} = {value if isinstance(value, (int, float)) else repr_toml(value)}\n" for key, value in settings.items())


def repr_toml(value):
    if isinstance(value, dict):
        return "{ " + ", ".join(f"{k} = {v if isinstance(v, (int, float)) else repr_toml(v)}" for k, v in value.items()) + " }"
    if isinstance(value, list):
        return "[" + ", ".join(repr_toml(v) for v in value) + "]"
    return f'"{value}"'


def scenario(length=30, link=None, flow=None, encoder=None, others=(), forward=None, back=None):
    """The text of one. Unless told otherwise the path has room enough, and nothing is wrong with it."""
    link = {"delay": "25ms", "rate": "6mbit", "queue": "200ms"} | (link or {})
    link |= ({"forward": forward} if forward else {}) | ({"back": back} if back else {})
    flow = {"name": "media", "from": "left", "to": "right"} | (flow or {})
    if flow.get("kind", "media") == "media":
        flow["encoder"] = {"least": "150kbit", "most": "2mbit", "audio": "20kbit"} | (encoder or {})
    text = f'title = "One of the corpus"\nlength = "{length}s"\n\n'
    text += "[[link]]\n" + table({"name": "bottleneck", "between": ["left", "right"]} | link)
    for one in (flow, *others):
        text += "\n[[flow]]\n" + table(one)
    return text


def film(frames, **more):
    """A stored title instead of the live one."""
    return {"name": "media", "kind": "stored", "frames": str(frames), "buffer": "3s"} | more


def tcp(**more):
    return {"name": "tcp", "kind": "tcp", "from": "left", "to": "right"} | more
