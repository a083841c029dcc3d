# make demo    narrate the example articles, from a fresh machine on
# make build   the program, as ./narrate
# make test    all tests, with what they need installed
# make lint    formatting, vet and staticcheck
# make bench   the figures of docs/performance.md
# make cross   build for the other systems

GO          ?= go
STATICCHECK := honnef.co/go/tools/cmd/staticcheck@v0.8.2
GOFUMPT     := mvdan.cc/gofumpt@v0.12.0

# What the program uses, and what the tests read its files with.
RUN_PACKAGES  := espeak-ng ffmpeg
TEST_PACKAGES := $(RUN_PACKAGES) flite festival festvox-kallpc16k festvox-itapc16k festvox-czech-machac festvox-suopuhe-mv gcc libc6-dev mpg123 lame mp3val opus-tools flac atomicparsley mkvtoolnix sox unzip libxml2-utils praat chromium default-jre-headless python3 python3-mutagen python3-srt nodejs npm

# Packages whose tests mostly start programs, thousands of them, count through
# hours of sound and megabytes of text, or do one thing after the other: the race
# detector would slow them down by far and see nothing of what they do. What runs
# at once in them is tested with it in output/audio, pcm/loudness, pipeline and
# the decorators.
WITHOUT_RACE := cmd/narrate internal/align internal/align/aligntest internal/check internal/master \
	$(addprefix internal/input/,docx dom epub html markdown odt ssml text) \
	internal/output/audio/flac internal/output/audio/mp3 internal/output/audio/mp4 internal/output/audio/opus internal/output/audio/wav \
	$(addprefix internal/output/caption/,ass csv lrc sbv srt textgrid transcripthtml ttml txt vtt vttchapters vttmeta) \
	internal/output/clipset internal/output/epub internal/output/lpf internal/output/page internal/output/plot internal/script internal/timeline \
	internal/tts/command internal/tts/espeak internal/tts/http internal/tts/piper internal/tts/plugin internal/tts/sound voices

.PHONY: all build demo test lint bench cross clean

all: build

build:
	$(GO) build -o narrate ./cmd/narrate

demo: build
	scripts/need $(RUN_PACKAGES)
	./narrate --force -o demo examples/leuchtturm.de.txt examples/night-train.en.txt
	@echo
	@echo "The finished files:"
	@find demo -type f | sort | xargs ls -l

test:
	scripts/need $(TEST_PACKAGES)
	cd test/node && npm ci --no-audit --no-fund
	$(GO) vet ./...
	$(GO) test -vet=off -race $$($(GO) list ./... | grep -v -x $(addprefix -e narrate/,$(WITHOUT_RACE)))
	$(GO) test -vet=off $(addprefix narrate/,$(WITHOUT_RACE))

lint:
	@unformatted=$$($(GO) run $(GOFUMPT) -l .); if [ -n "$$unformatted" ]; then echo "gofumpt would change:"; echo "$$unformatted"; exit 1; fi
	$(GO) vet ./...
	$(GO) run $(STATICCHECK) ./...

bench: build
	scripts/need $(TEST_PACKAGES)
	$(GO) test -run '^$$' -bench . -benchtime 1s ./...
	$(GO) run ./internal/bench -narrate ./narrate

cross:
	GOOS=darwin GOARCH=arm64 $(GO) build -o /dev/null ./cmd/narrate
	GOOS=windows GOARCH=amd64 $(GO) build -o /dev/null ./cmd/narrate
	GOOS=linux GOARCH=arm64 $(GO) build -o /dev/null ./cmd/narrate

clean:
	rm -rf narrate narrate.exe demo test/node/node_modules
