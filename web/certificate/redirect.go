package certificate

import (
	"net/http"
	"strings"
)

// Redirect redirects requests over plain HTTP to the same path of the site. base returns the site's address,
// https://HOST[:PORT]; the Host header is ignored. Methods other than GET and HEAD are refused, because their content
// has already crossed the network unprotected.
func Redirect(base func() string) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method != http.MethodGet && r.Method != http.MethodHead {
			http.Error(w, "use "+base()+": nothing is received over plain HTTP", http.StatusForbidden)
			return
		}
		path := "/" + strings.TrimLeft(r.URL.EscapedPath(), "/")
		if r.URL.RawQuery != "" {
			path += "?" + r.URL.RawQuery
		}
		w.Header().Set("Location", strings.TrimSuffix(base(), "/")+path)
		w.WriteHeader(http.StatusMovedPermanently)
	})
}
