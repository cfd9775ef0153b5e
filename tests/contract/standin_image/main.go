// A stand-in for a published app's image: the addresses and signals of docs/published-app.md, nothing else.
// ODC_SETTING_Mode: ready, crash (ends at once), done (ends well at once), never (stays unready), adrift (the same,
// and says why), lost (ready, and not so when asked how it is now), hungry (needs more memory than it may use).
package main

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"os/signal"
	"strings"
	"syscall"
	"time"
)

func about(w http.ResponseWriter, _ *http.Request) {
	environment := map[string]string{}
	for _, entry := range os.Environ() {
		name, value, _ := strings.Cut(entry, "=")
		environment[name] = value
	}
	_ = json.NewEncoder(w).Encode(map[string]any{"revision": os.Getenv("ODCPUB_REVISION"), "environment": environment})
}

func ready(mode string) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		if mode == "lost" && r.URL.Query().Has("now") {
			w.WriteHeader(http.StatusServiceUnavailable)
			fmt.Fprint(w, `{"detail": "Not ready: the database at db:5432 refuses: it is full."}`)
			return
		}
		if mode == "never" || mode == "adrift" {
			w.WriteHeader(http.StatusServiceUnavailable)
			fmt.Fprint(w, "the schema is not there yet")
		}
	}
}

func eat() {
	var eaten [][]byte
	for {
		block := make([]byte, 16<<20)
		for i := range block {
			block[i] = 1
		}
		eaten = append(eaten, block)
		_ = eaten
	}
}

func main() {
	mode := os.Getenv("ODC_SETTING_Mode")
	fmt.Println("secret is", os.Getenv("ODC_SECRET_Token"), "in", os.Getenv("ODCPUB_DATABASE"))
	if mode == "done" {
		os.Exit(0)
	}
	if mode == "crash" {
		fmt.Println("cannot go on")
		os.Exit(3)
	}
	if mode == "adrift" {
		fmt.Println("2026-01-31T12:00:00.000Z info not ready: the database at 10.0.0.1:5433 can't be reached: timeout")
	}
	if mode == "hungry" {
		eat()
	}
	http.HandleFunc("/", about)
	http.HandleFunc("/_odc/health", func(http.ResponseWriter, *http.Request) {})
	http.HandleFunc("/_odc/ready", ready(mode))
	server := &http.Server{Addr: ":8080"}
	told, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM)
	defer stop()
	go func() { _ = server.ListenAndServe() }()
	<-told.Done()
	limited, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	defer cancel()
	_ = server.Shutdown(limited)
}
