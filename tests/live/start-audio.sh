#!/usr/bin/env bash
# start-audio.sh DIR: a private PulseAudio server in DIR with a virtual loudspeaker and a virtual microphone, nothing else.
#   speaker          default output; what is played can be recorded from speaker.monitor
#   micfeed -> mic   whatever is played into micfeed is what the microphone hears
# norewinds: an idle null sink else works in blocks of 2 s, which no real card does; with it the longest is 50 ms.
# Runs in the foreground until it is killed; DIR/native is its socket. Works without a sound card and as root.
set -euo pipefail
mkdir -p "$1/home" "$1/run"
dir=$(cd "$1" && pwd)
chmod 700 "$dir/run"
cat > "$dir/server.pa" <<PA
load-module module-native-protocol-unix socket=$dir/native auth-anonymous=1
load-module module-null-sink sink_name=speaker rate=48000 channels=2 format=s16le norewinds=1
load-module module-null-sink sink_name=micfeed rate=48000 channels=1 format=s16le norewinds=1
load-module module-remap-source source_name=mic master=micfeed.monitor
set-default-sink speaker
set-default-source mic
PA
cat > "$dir/daemon.conf" <<CONF
exit-idle-time = -1
default-fragments = 4
default-fragment-size-msec = 10
flat-volumes = no
realtime-scheduling = no
high-priority = no
CONF
export HOME="$dir/home" XDG_RUNTIME_DIR="$dir/run" PULSE_RUNTIME_PATH="$dir/run/pulse" PULSE_CONFIG_PATH="$dir"
exec pulseaudio -n -F "$dir/server.pa" --daemonize=no --use-pid-file=no --exit-idle-time=-1 --log-target=file:"$dir/server.log"
