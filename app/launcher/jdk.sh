# Sourced by ./tandem and ./test: sets JAVA_HOME to a JDK that is new enough, or explains and exits.
# Earlier builds of 25 can corrupt arrays that native code has pinned (JDK-8377811).

required_jdk=25.0.3

# version_of HOME: prints the version that the JDK's release file states.
version_of() {
  sed -n 's/^JAVA_VERSION="\([0-9.]*\).*/\1/p' "$1/release" 2>/dev/null | head -n 1
}

# new_enough VERSION: true if VERSION >= required_jdk.
new_enough() {
  [ -n "$1" ] && awk -v have="$1" -v want="$required_jdk" 'BEGIN {
    n = split(have, h, "."); split(want, w, ".")
    for (i = 1; i <= 3; i++) { a = h[i] + 0; b = w[i] + 0; if (a != b) exit a < b }
    exit 0 }'
}

# Compilers in OpenCL drivers take over signals that the JVM needs for itself (a null check in
# compiled code is one); this library of the JDK passes them on to both.
share_signals() {
  local lib="$JAVA_HOME/lib/libjsig.so"
  case "${LD_PRELOAD:-}" in *libjsig*) return ;; esac
  [ ! -e "$lib" ] || export LD_PRELOAD="$lib${LD_PRELOAD:+:$LD_PRELOAD}"
}

find_jdk() {
  local seen="" home version on_path=""
  if command -v java >/dev/null 2>&1; then
    on_path=$(dirname "$(dirname "$(readlink -f "$(command -v java)")")")
  fi
  for home in "${JAVA_HOME:-}" "$on_path" /usr/lib/jvm/* "${HOME:-}"/.sdkman/candidates/java/* \
      /Library/Java/JavaVirtualMachines/*/Contents/Home; do
    [ -n "$home" ] && [ -x "$home/bin/java" ] || continue
    version=$(version_of "$home")
    if ! new_enough "$version"; then
      seen="$seen
  $home (version ${version:-unknown})"
    elif [ ! -x "$home/bin/javac" ]; then
      seen="$seen
  $home (version $version, but a run-time only: no javac)"
    else
      export JAVA_HOME="$home"
      share_signals
      return 0
    fi
  done
  {
    echo "tandem: no JDK of version $required_jdk or newer was found (JAVA_HOME, PATH, /usr/lib/jvm, SDKMAN)."
    [ -z "$seen" ] || echo "Found, but not usable:$seen"
    echo "Install one (for example package openjdk-25-jdk, or 'sdk install java 25-tem') or set JAVA_HOME."
  } >&2
  exit 1
}

# Maven's own libraries use what JDK 25 warns of.
export MAVEN_OPTS="${MAVEN_OPTS:-} --sun-misc-unsafe-memory-access=allow"

# run_maven ARGUMENTS: Maven ends with escape codes even where there is no terminal.
run_maven() {
  if [ -t 1 ] && [ -t 2 ]; then
    mvn -B "$@"
  else
    mvn -B "$@" 2>&1 | sed $'s/\033\\[[0-9;]*m//g'
  fi
}

need_maven() {
  command -v mvn >/dev/null 2>&1 || {
    echo "tandem: Maven is missing; install it (for example 'apt-get install maven')." >&2
    exit 1
  }
}
