package web

import (
	"net/http"
	"strings"

	"github.com/grader/grader/web/api"
)

// newAPI returns the HTTP API with the site's dependencies.
func (s *Server) newAPI() (*api.API, error) {
	return api.New(api.Options{
		Classroom: s.Classroom, Accounts: s.Accounts, Results: s.Results, Live: s.Live, Files: s.Trees, Contents: s.Handouts, Uploads: s.Uploads, Requests: s.Requests, Room: s.site.room, Operations: s.Operations,
		Clock: s.now, Logger: s.logger(), Version: s.Version, PublicURL: s.PublicURL, Measure: s.meters.measured, Closing: s.closing,
	})
}

// withAPI passes requests below the API's prefix to the API and all others to pages. The API has a
// mux of its own because the patterns of pages also match its paths. No course can be named api.
func (s *Server) withAPI(pages http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == api.Prefix || strings.HasPrefix(r.URL.Path, api.Prefix+"/") {
			s.api.ServeHTTP(w, r)
			return
		}
		pages.ServeHTTP(w, r)
	})
}
