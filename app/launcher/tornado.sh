# Sourced by ./tandem and ./test: starts Java with TornadoVM, where TORNADOVM_HOME names one and a
# device of it is asked for. What is wrong with it is said by the program itself (TornadoHome).

# asks_for_tornado ARGUMENTS: whether they, or the placement file among them, name a device of TornadoVM.
asks_for_tornado() {
  [ -n "${TORNADOVM_HOME:-}" ] || return 1
  local device='(^|[=,;])[[:space:]]*tornado[[:space:]]*($|[:,;=])' word="" argument before=""
  for argument in "$@"; do
    [ -n "$word" ] || case "$argument" in -*) ;; *) word=$argument ;; esac
    [[ ! $argument =~ $device ]] || return 0
    case "$before $argument" in
      "--placement "*) ! names_tornado "$argument" || return 0 ;;
      *" --placement="*) ! names_tornado "${argument#*=}" || return 0 ;;
    esac
    before=$argument
  done
  [ "$word" = devices ]
}

# names_tornado FILE: a pipe can be read only once, so it may.
names_tornado() {
  [ ! -f "$1" ] || [[ $(tr -d '\0' <"$1") == *tornado* ]]
}

# has_tornado: whether TORNADOVM_HOME names a TornadoVM for this JDK.
has_tornado() {
  local version jars
  [ -n "${TORNADOVM_HOME:-}" ] || return 1
  version=$(version_of "$JAVA_HOME")
  jars=("$TORNADOVM_HOME/share/java/tornado/tornado-api-"*"-jdk${version%%.*}.jar")
  [ -f "${jars[0]}" ] && [ -f "$(tornado_argfile)" ] && TORNADOVM_HOME=$(cd "$TORNADOVM_HOME" && pwd)
}

# The template comes with TornadoVM; its own launcher makes the other from it.
tornado_argfile() {
  local template="$TORNADOVM_HOME/tornado-argfile.template"
  [ ! -f "$template" ] && echo "$TORNADOVM_HOME/tornado-argfile" || echo "$template"
}

# tornado_options: the argument file for java. Left out of it are the working folder as a place of
# modules, and modules that nothing needs, one of which the JVM would warn of. A kernel that cannot
# be compiled is an error (bailout: it would run as sequential Java).
tornado_options() {
  local options
  options=$(<"$(tornado_argfile)")
  options=${options//'${TORNADOVM_HOME}'/"\"$TORNADOVM_HOME\""}
  options=${options//'--add-modules ALL-SYSTEM,'/'--add-modules '}
  printf '%s\n' "${options//'--module-path .:'/'--module-path '}" \
    -Dtornado.recover.bailout=False
}
