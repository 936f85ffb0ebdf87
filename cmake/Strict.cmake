# One place for the language level and the strictness that every target of ours gets.
set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)

include(CheckLinkerFlag)
foreach(linker mold lld)
  check_linker_flag(CXX "-fuse-ld=${linker}" CALLDECK_HAS_${linker})
  if(CALLDECK_HAS_${linker})
    add_link_options("-fuse-ld=${linker}")
    break()
  endif()
endforeach()

# What makes errors with memory harder to use, for every program and the SQLite in it; tests/house/hardening.py looks at what came of it. The programs lie
# anywhere in memory, their tables of addresses are filled at the start and cannot be written after. What needs an optimiser is for release builds.
# No path for libraries in them: CMake leaves room for one by empty names, and an empty name is the folder where somebody happens to start the program.
set(CMAKE_SKIP_RPATH ON)
add_link_options(-pie LINKER:-z,relro LINKER:-z,now LINKER:-z,noexecstack)
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU" AND CMAKE_CXX_COMPILER_VERSION VERSION_LESS 12)
  set(CALLDECK_FORTIFY 2)
else()
  set(CALLDECK_FORTIFY 3)
endif()
if(NOT CALLDECK_SANITIZE)
  add_compile_options("$<$<CONFIG:Release,RelWithDebInfo,MinSizeRel>:-U_FORTIFY_SOURCE;-D_FORTIFY_SOURCE=${CALLDECK_FORTIFY};-fstack-clash-protection>")
endif()

add_library(calldeck_strict INTERFACE)
target_compile_definitions(calldeck_strict INTERFACE
  QT_DISABLE_DEPRECATED_BEFORE=0x060400 QT_NO_KEYWORDS QT_NO_CAST_FROM_ASCII QT_NO_CAST_TO_ASCII
  QT_NO_URL_CAST_FROM_STRING QT_NO_NARROWING_CONVERSIONS_IN_CONNECT QT_USE_QSTRINGBUILDER
  _GLIBCXX_ASSERTIONS)
target_compile_options(calldeck_strict INTERFACE
  -Wall -Wextra -Wpedantic -Wshadow=local -Wnon-virtual-dtor -Woverloaded-virtual -Wconversion -Wno-sign-conversion
  -fstack-protector-strong -fpch-preprocess)
if(CALLDECK_WARNINGS_AS_ERRORS)
  target_compile_options(calldeck_strict INTERFACE -Werror)
endif()
if(CALLDECK_SANITIZE)
  add_compile_options(-fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer)
  add_link_options(-fsanitize=address,undefined)
endif()

# A room of the house: one static library, its own folder as the only include directory it adds.
function(calldeck_room name)
  cmake_parse_arguments(ROOM "" "" "FOLDERS;SEES;PRIVATE_PARTS;PCH" ${ARGN})
  set(sources)
  foreach(folder IN LISTS ROOM_FOLDERS)
    file(GLOB_RECURSE found CONFIGURE_DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/${folder}/*.cpp ${CMAKE_CURRENT_SOURCE_DIR}/${folder}/*.h)
    list(APPEND sources ${found})
  endforeach()
  add_library(${name} STATIC ${sources})
  target_include_directories(${name} PUBLIC ${CMAKE_CURRENT_SOURCE_DIR})
  target_link_libraries(${name} PUBLIC ${ROOM_SEES} PRIVATE calldeck_strict ${ROOM_PRIVATE_PARTS})
  set_target_properties(${name} PROPERTIES AUTOMOC ON)
  if(ROOM_PCH)
    target_precompile_headers(${name} PRIVATE ${ROOM_PCH})
  endif()
endfunction()
