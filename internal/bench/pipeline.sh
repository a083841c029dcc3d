#!/bin/bash
# What a good shell script makes of the same job: one clip a sentence, two
# espeak-ng at once, lengths from file sizes, one ffmpeg that joins, encodes and
# adds chapters, and an SRT file.
#
# pipeline.sh DIR VOICE BITRATE QUALITY
#   DIR/sentences.txt  a sentence a line
#   DIR/chapters.txt   "number of its first sentence, from 1<TAB>title" a line
set -euo pipefail
cd "$1"
voice=$2 bitrate=$3 quality=$4

mkdir -p text clips
split -l 1 -a 6 -d sentences.txt text/
ls text | xargs -P 2 -I{} espeak-ng -v "$voice" -f text/{} -w clips/{}.wav
stat -c '%s %n' clips/*.wav > sizes.txt

awk '
function clock(ms) { return sprintf("%02d:%02d:%02d,%03d", ms/3600000, ms/60000%60, ms/1000%60, ms%1000) }
BEGIN { frames = 0; print ";FFMETADATA1" > "meta.txt" }
FILENAME == "chapters.txt" { split($0, f, "\t"); first[f[1]] = f[2]; next }
FILENAME == "sentences.txt" { sentence[FNR] = $0; next }
{
	n++
	start = int(frames * 1000 / 22050); frames += ($1 - 44) / 2; end = int(frames * 1000 / 22050)
	if (n in first) { from[++chapters] = start; title[chapters] = first[n] }
	print "file " $2 > "list.txt"
	printf "%d\n%s --> %s\n%s\n\n", n, clock(start), clock(end), sentence[n] > "out.srt"
}
END {
	from[chapters + 1] = end
	for (i = 1; i <= chapters; i++)
		printf "[CHAPTER]\nTIMEBASE=1/1000\nSTART=%d\nEND=%d\ntitle=%s\n", from[i], from[i+1], title[i] > "meta.txt"
}' chapters.txt sentences.txt sizes.txt

ffmpeg -v error -nostdin -y -f concat -safe 0 -i list.txt -i meta.txt -map 0:a -map_metadata 1 -map_chapters 1 \
	-c:a libmp3lame -b:a "$bitrate" -compression_level "$quality" -id3v2_version 3 out.mp3
