# Shared by the scripts beside it: what the build needs, and how to get it.

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)

build_packages=(g++ cmake ninja-build ccache mold pkg-config qt6-base-dev 'qt6-svg-dev|libqt6svg6-dev' libgl1-mesa-dev 'qt6-websockets-dev|libqt6websockets6-dev' libsqlite3-dev
  qtkeychain-qt6-dev libsodium-dev libphonenumber-dev zlib1g-dev libboost-dev libssl-dev libpq-dev libcurl4-openssl-dev libcjose-dev libhpdf-dev libgtest-dev libgmock-dev)
desk_packages=(libqt6svg6 fonts-inter tzdata)
# node often comes from elsewhere than apt, and the two do not go together: asked for only where there is no npm.
npm_packages=(nodejs npm)
test_packages=(xvfb xauth xdotool x11-utils sqlite3 python3 dbus dbus-x11 at-spi2-core python3-pyatspi openbox gnome-keyring postgresql python3-aiosmtpd python3-cryptography openssl libsecret-tools)

say() { printf '\n== %s\n' "$*"; }

as_root() {
  if [ "$(id -u)" -eq 0 ]; then "$@"; elif command -v sudo >/dev/null; then sudo "$@"; else
    echo "Installing packages needs root and there is no sudo. Run as root: $*" >&2
    return 1
  fi
}

# Is one of the alternatives "a|b" there?
installed() {
  local name
  for name in ${1//|/ }; do
    dpkg-query -W -f='${Status}' "$name" 2>/dev/null | grep -q 'ok installed' && return 0
  done
  return 1
}

# The first of the alternatives that this system's archive has.
available() {
  local name
  for name in ${1//|/ }; do
    apt-cache show "$name" >/dev/null 2>&1 && { echo "$name"; return 0; }
  done
  echo "${1%%|*}"
}

# need PACKAGE...: installs what is missing by apt; elsewhere says what to install. "a|b" names one package by its two names.
need() {
  if ! command -v dpkg-query >/dev/null; then
    for tool in cmake ninja c++; do
      command -v "$tool" >/dev/null || { echo "This system has no apt. Install by hand what these Debian packages hold: $*" >&2; return 1; }
    done
    return 0
  fi
  local missing=()
  for package in "$@"; do
    installed "$package" || missing+=("$package")
  done
  [ ${#missing[@]} -eq 0 ] && return 0
  say "Installing ${missing[*]}"
  as_root env DEBIAN_FRONTEND=noninteractive apt-get update -qq
  local names=()
  for package in "${missing[@]}"; do names+=("$(available "$package")"); done
  as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${names[@]}"
}

# use_key_file FILE: what is started from here on encrypts with the key in it, which is made when there is none.
use_key_file() {
  [ -e "$1" ] || (umask 077 && od -An -N32 -tx1 /dev/urandom | tr -d ' \n' >"$1")
  export CALLDECK_KEY_FILE=$1
}

# node_packages FOLDER...: the packages of a folder as its lock says, from npm as this machine has it set up; nothing to do when they are there.
node_packages() {
  command -v npm >/dev/null || need "${npm_packages[@]}"
  local folder
  for folder in "$@"; do
    cmp -s "$root/$folder/package-lock.json" "$root/$folder/node_modules/.fetched-lock.json" && continue
    say "Fetching the packages of $folder"
    (cd "$root/$folder" && npm ci --ignore-scripts --no-audit --no-fund --prefer-offline && cp package-lock.json node_modules/.fetched-lock.json)
  done
}

# build PRESET [CMAKE OPTION...]: configures once, builds what changed.
build() {
  local preset=$1
  shift
  # SQLite with encryption comes from npm, unless -DCALLDECK_ENCRYPTED=OFF does without.
  case " $* " in *CALLDECK_ENCRYPTED=OFF*) ;; *) command -v npm >/dev/null || need "${npm_packages[@]}" ;; esac
  say "Building the $preset preset"
  (cd "$root" && cmake --preset "$preset" "$@" && cmake --build "build/$preset")
}
