# Sourced by ./tandem and ./test: makes up for what containers, cron and systemd leave out.

# A JVM takes arguments and names of files in the locale's charset: where that is not UTF-8, letters
# beyond ASCII are lost and pictures are of other prompts.
use_utf8() {
  local name
  [ "$(locale charmap 2>/dev/null)" != UTF-8 ] || return 0
  name=$(locale -a 2>/dev/null | grep -i -m 1 -x 'c\.utf-\?8') ||
    name=$(locale -a 2>/dev/null | grep -i -m 1 'utf-\?8$') || name=C.UTF-8
  export LC_ALL=$name
}

# A file that is opened must not become standard input, output or error.
keep_standard_streams() {
  [ -e /dev/fd/0 ] || exec </dev/null
  [ -e /dev/fd/1 ] || { [ -e /dev/full ] && exec >/dev/full; } || exec >/dev/null
  [ -e /dev/fd/2 ] || exec 2>/dev/null
}

is_writable_folder() {
  case "$1" in /*) ;; *) return 1 ;; esac
  { [ -d "$1" ] || mkdir -p "$1" 2>/dev/null; } && [ -w "$1" ]
}

# Sets cache_home to a folder for what can be made again, or to nothing. Where no folder of this user
# can be written, XDG_CACHE_HOME names one among the temporary files: PoCL has no device without.
find_cache_home() {
  local folder
  export HOME="${HOME:-$(echo ~)}"
  for folder in "${XDG_CACHE_HOME:-}" "$HOME/.cache"; do
    if is_writable_folder "$folder"; then
      cache_home=$folder
      [ -z "${XDG_CACHE_HOME:-}" ] || export XDG_CACHE_HOME="$folder"
      return 0
    fi
  done
  folder="/tmp/tandem-$(id -u)"
  mkdir -m 700 "$folder" 2>/dev/null || true
  cache_home=""
  if [ -d "$folder" ] && [ ! -L "$folder" ] && [ -O "$folder" ] && [ -w "$folder" ]; then
    cache_home=$folder
    export XDG_CACHE_HOME="$folder"
  fi
}

use_utf8
keep_standard_streams
find_cache_home
