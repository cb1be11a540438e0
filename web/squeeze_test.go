package web_test

import (
	"compress/gzip"
	"io"
	"net/http"
	"strings"
	"testing"
)

// TestPagesAreCompressed compares compressed responses with uncompressed ones.
func TestPagesAreCompressed(t *testing.T) {
	t.Parallel()
	c := newClassroom(t)
	c.finish(c.submit("alice", 1), gradedResult())
	s := newSite(t, c, nil)
	b := s.as("alice")
	style := strings.Split(strings.Split(b.get("/").body, `rel="stylesheet" href="`)[1], `"`)[0]
	for _, path := range []string{"/", "/comp2402/a1/alice/1", style, "/nothing"} {
		plain := b.do(http.MethodGet, path, http.Header{"Accept-Encoding": {"identity"}})
		got := b.do(http.MethodGet, path, http.Header{"Accept-Encoding": {"br, gzip;q=0.8"}})
		if got.header.Get("Content-Encoding") != "gzip" || got.header.Get("Vary") != "Accept-Encoding" || got.status != plain.status {
			t.Errorf("%s: status %d, headers %v", path, got.status, got.header)
			continue
		}
		unpacked := must[*gzip.Reader](t)(gzip.NewReader(strings.NewReader(got.body)))
		if text := must[[]byte](t)(io.ReadAll(unpacked)); string(text) != plain.body || len(got.body) >= len(plain.body) {
			t.Errorf("%s: %d bytes, plain %d, unpacked %d", path, len(got.body), len(plain.body), len(text))
		}
	}
	for _, accepted := range []string{"gzip;q=0", "br", "identity"} {
		if got := b.do(http.MethodGet, "/", http.Header{"Accept-Encoding": {accepted}}); got.header.Get("Content-Encoding") != "" {
			t.Errorf("%s: %v", accepted, got.header)
		}
	}
	if got := b.do(http.MethodGet, "/comp2402/a1/alice/1/-/events", http.Header{"Accept-Encoding": {"gzip"}}); got.header.Get("Content-Encoding") != "" {
		t.Error("a stream is compressed")
	}
}
