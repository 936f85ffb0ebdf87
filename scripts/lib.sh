# Shared by the scripts beside it: what the build needs, and how to get it.

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)

build_packages=(g++ cmake ninja-build ccache mold pkg-config qt6-base-dev libqt6svg6-dev libgl1-mesa-dev libsqlite3-dev
  libphonenumber-dev zlib1g-dev libgtest-dev libgmock-dev)
desk_packages=(libqt6svg6 fonts-inter tzdata)
test_packages=(xvfb xauth xdotool sqlite3 python3 dbus dbus-x11 at-spi2-core python3-pyatspi openbox)
bench_packages=(libbenchmark-dev)

say() { printf '\n== %s\n' "$*"; }

as_root() {
  if [ "$(id -u)" -eq 0 ]; then "$@"; elif command -v sudo >/dev/null; then sudo "$@"; else
    echo "Installing packages needs root and there is no sudo. Run as root: $*" >&2
    return 1
  fi
}

# need PACKAGE...: installs what is missing by apt; elsewhere says what to install.
need() {
  if ! command -v dpkg-query >/dev/null; then
    for tool in cmake ninja c++; do
      command -v "$tool" >/dev/null || { echo "This system has no apt. Install by hand what these Debian packages hold: $*" >&2; return 1; }
    done
    return 0
  fi
  local missing=()
  for package in "$@"; do
    dpkg-query -W -f='${Status}' "$package" 2>/dev/null | grep -q 'ok installed' || missing+=("$package")
  done
  [ ${#missing[@]} -eq 0 ] && return 0
  say "Installing ${missing[*]}"
  as_root env DEBIAN_FRONTEND=noninteractive apt-get update -qq
  as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}"
}

# build PRESET [CMAKE OPTION...]: configures once, builds what changed.
build() {
  local preset=$1
  shift
  say "Building the $preset preset"
  (cd "$root" && cmake --preset "$preset" "$@" && cmake --build "build/$preset")
}
