package repo

// Options configure a Store.
type Options struct {
	Dir        string // of the repositories: Dir/<id / 256 in hex>/<id>.git
	Git        string // the git binary, absolute
	HookBinary string // grader-hook, absolute
	HookSocket string // of the hook server
	MaxPack    int64  // bytes of a push; up to four times as many are read; 0: 64 MiB
	Processes  int    // of receive-pack, and of upload-pack, at once; 0: 64
	Export     Caps   // of ExportTar; a zero field takes its default
}

// Caps bound a tree that is exported.
type Caps struct {
	Files int   // regular files; 0: 20,000
	Bytes int64 // of all files; 0: 1 GiB
	Depth int   // of directories; 0: 64
}

func (o Options) withDefaults() Options {
	o.MaxPack = orElse(o.MaxPack, 64<<20)
	o.Processes = orElse(o.Processes, 64)
	o.Export.Files = orElse(o.Export.Files, 20_000)
	o.Export.Bytes = orElse(o.Export.Bytes, 1<<30)
	o.Export.Depth = orElse(o.Export.Depth, 64)
	return o
}

func orElse[N int | int64](n, otherwise N) N {
	if n > 0 {
		return n
	}
	return otherwise
}
