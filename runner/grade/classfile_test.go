package grade

import "testing"

func FuzzClassFile(f *testing.F) {
	f.Add([]byte{0xCA, 0xFE, 0xBA, 0xBE, 0, 0, 0, 61, 0, 2, 1, 0, 4, 'm', 'a', 'i', 'n'})
	f.Add([]byte("\xca\xfe\xba\xbe\x00\x00\x00\x3d\xff\xff\x05"))
	f.Fuzz(func(_ *testing.T, content []byte) { hasMain(content) })
}
