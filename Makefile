# Earshot. `make run` and `make test` install what is missing, then work.

# cgo finds libwhisper through .deps/, which packaging/setup.sh prepares. These
# variables are the same for every target, so that nothing is compiled twice.
export PKG_CONFIG_PATH := $(CURDIR)/.deps/pkgconfig$(if $(PKG_CONFIG_PATH),:$(PKG_CONFIG_PATH))
export C_INCLUDE_PATH := $(CURDIR)/.deps/include$(if $(C_INCLUDE_PATH),:$(C_INCLUDE_PATH))
export CGO_LDFLAGS_ALLOW := -Wl,--dynamic-linker=.*

TAGS := sqlite_fts5
# The tests' Fyne draws in memory: no display, no OpenGL.
TEST_TAGS := ci,$(TAGS)

GOFUMPT := go run mvdan.cc/gofumpt@v0.9.2
STATICCHECK := go run honnef.co/go/tools/cmd/staticcheck@v0.8.2
GOCYCLO := go run github.com/fzipp/gocyclo/cmd/gocyclo@v0.6.0

.PHONY: build run test lint e2e bench soak setup clean

build: setup
	go build -tags $(TAGS),migrated_fynedo -o bin/earshot .

run: build
	bin/earshot

test: setup
	go test -race -timeout 30m -tags $(TEST_TAGS) $$(go list -tags $(TEST_TAGS) ./... | grep -v /capture$$)
	go test -race -timeout 30m -tags $(TEST_TAGS) ./capture # sound in real time: alone
	go test -tags $(TEST_TAGS) -run Pulse ./capture # PortAudio: see portaudio_stub.go
	CGO_ENABLED=0 go test -tags $(TEST_TAGS) ./...

lint: setup
	@test -z "$$(gofmt -l .)" || { echo "gofmt these:"; gofmt -l .; exit 1; }
	@test -z "$$($(GOFUMPT) -l .)" || { echo "gofumpt these:"; $(GOFUMPT) -l .; exit 1; }
	go vet -tags $(TEST_TAGS) ./...
	$(STATICCHECK) -tags $(TEST_TAGS) ./...
	$(GOCYCLO) -over 15 .

# The real window on a virtual screen, and recordings from a virtual microphone,
# from a build that reports calls to Fyne from the wrong goroutine.
e2e:
	packaging/setup.sh e2e
	go build -tags $(TAGS) -o bin/earshot-checked .
	go test -count=1 -tags e2e,$(TEST_TAGS) -run 'TestWindow|TestRecord' -v .
	go test -count=1 -tags $(TEST_TAGS) -run 'Curl|Node|Python|OpenAI|Documented' -v ./api

# `make bench QUICK=1` sees in minutes that all works; SHAPES=base,small,turbo
# takes an hour more.
bench:
	packaging/setup.sh bench
	go build -tags $(TAGS),migrated_fynedo -o bin/earshot .
	go build -tags $(TAGS) -o bin/earshot-checked .
	$(if $(QUICK),,go test -timeout 60m -tags $(TEST_TAGS) -run XXX -bench . ./engine ./store ./ui/...)
	go build -tags $(TAGS) -o bin/bench ./bench
	bin/bench $(if $(QUICK),-quick) $(if $(SHAPES),-shapes $(SHAPES))

# Half an hour each of transcribing in a loop, and of asking the API; SOAK=1h for another time.
soak: setup
	go test -count=1 -timeout 3h -p 1 -tags soak,$(TEST_TAGS) -run TestSoak -v ./engine ./api

setup:
	@packaging/setup.sh

clean:
	rm -rf bin artifacts
