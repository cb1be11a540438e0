package web

import (
	"bytes"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"fmt"
	"io/fs"
	"mime"
	"net/http"
	"path"
	"strings"
	"time"
)

//go:embed static
var staticFiles embed.FS

// icon is the asset that browsers request under a fixed name.
const icon = "icon.svg"

// assets serves the site's own style, script and icon. Their names contain their hash, so browsers
// may cache them for ever.
type assets struct {
	content map[string][]byte // by hashed name
	hashed  map[string]string // by plain name
}

func loadAssets() (*assets, error) {
	a := &assets{content: map[string][]byte{}, hashed: map[string]string{}}
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
	a.hashed[name], a.content[hashed] = hashed, content
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
	content, ok := a.content[name]
	if !ok {
		http.NotFound(w, r)
		return
	}
	w.Header().Set("Cache-Control", "public, max-age=31536000, immutable")
	a.write(w, r, name, content)
}

// serveIcon serves the icon under the name that browsers request without a link to it.
func (a *assets) serveIcon(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Cache-Control", "public, max-age=86400")
	a.write(w, r, icon, a.content[a.hashed[icon]])
}

func (a *assets) write(w http.ResponseWriter, r *http.Request, name string, content []byte) {
	w.Header().Set("Content-Type", mime.TypeByExtension(path.Ext(name)))
	http.ServeContent(w, r, name, time.Time{}, bytes.NewReader(content))
}
