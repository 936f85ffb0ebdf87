# The one place that chooses the SQLite in the process: the system's, until encryption at rest is built.
find_package(SQLite3 3.40 REQUIRED)
add_library(calldeck_sqlite INTERFACE)
target_link_libraries(calldeck_sqlite INTERFACE SQLite::SQLite3)
