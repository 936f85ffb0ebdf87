# The one place that chooses the SQLite in the process: with the cipher that encrypts our files, or the system's without one.
option(CALLDECK_ENCRYPTED "Encrypt the database files; OFF takes the system's SQLite, which cannot" ON)

add_library(calldeck_sqlite INTERFACE)
if(NOT CALLDECK_ENCRYPTED)
  find_package(SQLite3 3.40 REQUIRED)
  target_link_libraries(calldeck_sqlite INTERFACE SQLite::SQLite3)
  return()
endif()

enable_language(C)
include(FetchSqlite)
calldeck_fetch_sqlite(sqlite_folder)

# Static and hidden: a libsqlite3 that is preloaded, or that another library brings along, can neither take its place nor see it.
add_library(calldeck_sqlite3mc STATIC ${sqlite_folder}/mended/sqlite3.c)
target_include_directories(calldeck_sqlite3mc SYSTEM PUBLIC ${sqlite_folder})
set_target_properties(calldeck_sqlite3mc PROPERTIES C_VISIBILITY_PRESET hidden POSITION_INDEPENDENT_CODE ON)
# Not the flags of our own code: no sanitizers (they triple the time of every test and find nothing of ours here), no warnings, and
# optimised in every preset, since an unoptimised cipher makes a debug desk crawl.
set_property(TARGET calldeck_sqlite3mc PROPERTY COMPILE_OPTIONS -O2 -g1 -w -fstack-protector-strong
  -fstack-clash-protection -U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=${CALLDECK_FORTIFY})
target_compile_definitions(calldeck_sqlite3mc PRIVATE
  SQLITE_THREADSAFE=1                  # connections on four threads; the package's own build says 2
  SQLITE_DEFAULT_SYNCHRONOUS=2         # FULL, so that a connection that forgets to ask is safe; the package says 1 (NORMAL) for WAL
  SQLITE_DEFAULT_WAL_SYNCHRONOUS=2
  SQLITE_TEMP_STORE=2                  # sorting never spills plain text to a temporary file
  SQLITE_SECURE_DELETE                 # deleted rows are overwritten
  SQLITE_ENABLE_FTS5
  SQLITE_ENABLE_COLUMN_METADATA
  SQLITE_ENABLE_MATH_FUNCTIONS
  SQLITE_MAX_VARIABLE_NUMBER=250000    # as Debian's: both builds take the same statements
  SQLITE_DQS=0                         # a misspelt column is an error, not a string
  SQLITE_LIKE_DOESNT_MATCH_BLOBS
  SQLITE_OMIT_LOAD_EXTENSION           # no code from a file
  SQLITE_USE_URI=0                     # a folder may be called "file:"; a key can never come in by a name
  SQLITE_DEFAULT_MEMSTATUS=0
  HAVE_USLEEP=1                        # else a busy wait sleeps whole seconds
  SQLITE3MC_SECURE_MEMORY=1            # freed memory can be overwritten: Database switches it on
  CODEC_TYPE=CODEC_TYPE_CHACHA20       # ChaCha20-Poly1305; the others stay out
  HAVE_CIPHER_AES_128_CBC=0 HAVE_CIPHER_AES_256_CBC=0 HAVE_CIPHER_SQLCIPHER=0 HAVE_CIPHER_RC4=0 HAVE_CIPHER_ASCON128=0 HAVE_CIPHER_AEGIS=0)
target_include_directories(calldeck_sqlite3mc PRIVATE ${CMAKE_SOURCE_DIR}/services/database)
target_link_libraries(calldeck_sqlite3mc PRIVATE m PkgConfig::SODIUM)
target_link_libraries(calldeck_sqlite INTERFACE calldeck_sqlite3mc)
target_compile_definitions(calldeck_sqlite INTERFACE CALLDECK_ENCRYPTED)
