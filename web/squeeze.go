package web

import (
	"compress/gzip"
	"net/http"
	"strings"
	"sync"
)

// squeezer compresses responses for browsers that accept it. No page holds both a secret and text
// that the requester chose, so the compressed lengths reveal nothing.
type squeezer struct{ writers sync.Pool }

// handler compresses the responses of next.
func (s *squeezer) handler(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Add("Vary", "Accept-Encoding")
		if r.Method == http.MethodHead || !acceptsGzip(r.Header.Get("Accept-Encoding")) {
			next.ServeHTTP(w, r)
			return
		}
		out := &squeezed{ResponseWriter: w, from: s}
		defer out.close()
		next.ServeHTTP(out, r)
	})
}

// acceptsGzip reports whether a browser names gzip and does not refuse it.
func acceptsGzip(accepted string) bool {
	for part := range strings.SplitSeq(accepted, ",") {
		name, quality, _ := strings.Cut(strings.TrimSpace(part), ";")
		if name == "gzip" {
			return strings.Trim(strings.TrimPrefix(strings.ReplaceAll(quality, " ", ""), "q="), "0.") != "" || quality == ""
		}
	}
	return false
}

// squeezed is one response. It is compressed if it is text and not a stream.
type squeezed struct {
	http.ResponseWriter
	from  *squeezer
	begun bool
	out   *gzip.Writer // nil: not compressed
}

// WriteHeader implements http.ResponseWriter.
func (s *squeezed) WriteHeader(status int) {
	if !s.begun {
		s.begun = true
		h := s.Header()
		if compressible(h.Get("Content-Type")) && h.Get("Content-Encoding") == "" && h.Get("Content-Range") == "" &&
			status >= http.StatusOK && status != http.StatusNoContent && status != http.StatusNotModified {
			h.Del("Content-Length")
			h.Del("Accept-Ranges")
			h.Set("Content-Encoding", "gzip")
			s.out = s.from.writer(s.ResponseWriter)
		}
	}
	s.ResponseWriter.WriteHeader(status)
}

// Write implements http.ResponseWriter.
func (s *squeezed) Write(p []byte) (int, error) {
	if !s.begun {
		s.WriteHeader(http.StatusOK)
	}
	if s.out != nil {
		return s.out.Write(p)
	}
	return s.ResponseWriter.Write(p)
}

// Unwrap returns the original writer, which http.ResponseController needs.
func (s *squeezed) Unwrap() http.ResponseWriter { return s.ResponseWriter }

func (s *squeezed) close() {
	if s.out != nil {
		_ = s.out.Close() // the client may have disconnected
		s.from.writers.Put(s.out)
	}
}

func (s *squeezer) writer(w http.ResponseWriter) *gzip.Writer {
	if known, ok := s.writers.Get().(*gzip.Writer); ok {
		known.Reset(w)
		return known
	}
	return gzip.NewWriter(w)
}

// compressible reports whether responses of a media type are compressed. Streams are not, because
// each event must be sent immediately.
func compressible(kind string) bool {
	kind, _, _ = strings.Cut(kind, ";")
	switch kind {
	case "text/html", "text/css", "text/javascript", "application/javascript", "application/json", "image/svg+xml", "text/csv", "text/plain":
		return true
	}
	return false
}
