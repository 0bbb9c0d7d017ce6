# Writes ${OUT}, which defines the assets of page_assets.hpp: ${FILES} is name=path, separated by commas.
set(text "#include \"analysis/report/page_assets.hpp\"\n\nnamespace avocet::report::assets {\n\n")
string(REPLACE "," ";" files "${FILES}")
foreach(entry ${files})
  string(REGEX MATCH "^([a-z_]+)=(.*)$" whole "${entry}")
  set(name "${CMAKE_MATCH_1}")
  file(READ "${CMAKE_MATCH_2}" bytes HEX)
  # Source maps name files that are not there: the last line, from "//#" or "/*#" on.
  string(REGEX REPLACE "2f2[fa]2320736f757263654d617070696e6755524c3d.*$" "" bytes "${bytes}")
  string(REGEX REPLACE "([0-9a-f][0-9a-f])" "'\\\\x\\1'," bytes "${bytes}")
  string(APPEND text "static constexpr char ${name}_text[] = {${bytes}};\n"
                     "const std::string_view ${name}(${name}_text, sizeof ${name}_text);\n\n")
endforeach()
file(WRITE "${OUT}" "${text}}  // namespace avocet::report::assets\n")
