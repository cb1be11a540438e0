package web

import (
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"fmt"
	"io/fs"
	"mime"
	"net/http"
	"path"
	"strings"
)

//go:embed static
var staticFiles embed.FS

// icon is the asset that browsers request under a fixed name.
const icon = "icon.svg"

// assets serves the site's own style, script and icon. Their names contain their hash, so browsers
// may cache them for ever.
type assets struct {
	plain  map[string]string // names in staticFiles, by hashed name
	hashed map[string]string // the other way round
}

func loadAssets() (*assets, error) {
	a := &assets{plain: map[string]string{}, hashed: map[string]string{}}
	entries, err := fs.ReadDir(staticFiles, "static")
	if err != nil {
		return nil, fmt.Errorf("list assets: %w", err)
	}
	for _, entry := range entries {
		content, err := staticFiles.ReadFile("static/" + entry.Name())
		if err != nil {
			return nil, fmt.Errorf("read asset: %w", err)
		}
		a.add(entry.Name(), content)
	}
	return a, nil
}

func (a *assets) add(name string, content []byte) {
	sum := sha256.Sum256(content)
	ending := path.Ext(name)
	hashed := strings.TrimSuffix(name, ending) + "." + hex.EncodeToString(sum[:6]) + ending
	a.hashed[name], a.plain[hashed] = hashed, name
}

// path returns the path of an asset. It returns an error for an unknown name, so a template with
// one fails its test.
func (a *assets) path(name string) (string, error) {
	hashed, ok := a.hashed[name]
	if !ok {
		return "", fmt.Errorf("no asset %q", name)
	}
	return "/-/static/" + hashed, nil
}

// ServeHTTP serves the asset with the hashed name in the path.
func (a *assets) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	name := r.PathValue("name")
	plain, ok := a.plain[name]
	if !ok {
		http.NotFound(w, r)
		return
	}
	w.Header().Set("Cache-Control", "public, max-age=31536000, immutable")
	serveStatic(w, r, plain)
}

// serveIcon serves the icon under the name that browsers request without a link to it.
func (a *assets) serveIcon(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Cache-Control", "public, max-age=86400")
	serveStatic(w, r, icon)
}

// serveStatic serves a file from the program itself, without a copy in memory.
func serveStatic(w http.ResponseWriter, r *http.Request, name string) {
	w.Header().Set("Content-Type", mime.TypeByExtension(path.Ext(name)))
	http.ServeFileFS(w, r, staticFiles, "static/"+name)
}
