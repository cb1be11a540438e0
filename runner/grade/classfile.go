package grade

import (
	"encoding/binary"
	"errors"
)

// hasMain reports whether a Java class file has a public static void main(String[]). It returns
// false for anything that is not a class file.
func hasMain(content []byte) bool {
	c := &classReader{rest: content}
	found := c.findMain()
	return found && c.err == nil
}

// classReader reads a class file (JVM specification, chapter 4). After an error it reads only zero
// values.
type classReader struct {
	rest  []byte
	err   error
	texts map[uint16]string // the needed strings of the constant pool
}

var errClassFile = errors.New("not a class file")

// take returns the next n bytes.
func (c *classReader) take(n int) []byte {
	if c.err != nil || n < 0 || n > len(c.rest) {
		c.err = errClassFile
		return nil
	}
	b := c.rest[:n]
	c.rest = c.rest[n:]
	return b
}

func (c *classReader) u1() uint8 {
	if b := c.take(1); b != nil {
		return b[0]
	}
	return 0
}

func (c *classReader) u2() uint16 {
	if b := c.take(2); b != nil {
		return binary.BigEndian.Uint16(b)
	}
	return 0
}

func (c *classReader) u4() uint32 {
	if b := c.take(4); b != nil {
		return binary.BigEndian.Uint32(b)
	}
	return 0
}

// findMain reads up to the methods.
func (c *classReader) findMain() bool {
	if c.u4() != 0xCAFEBABE {
		return false
	}
	c.take(4) // versions
	c.constants()
	c.take(6) // access, this, super
	c.take(2 * int(c.u2()))
	c.members(nil) // fields
	found := false
	c.members(func(access, name, descriptor uint16) {
		const publicStatic = 0x0001 | 0x0008
		if access&publicStatic == publicStatic && c.texts[name] == "main" && c.texts[descriptor] == "([Ljava/lang/String;)V" {
			found = true
		}
	})
	return found
}

// constants reads the constant pool.
func (c *classReader) constants() {
	c.texts = map[uint16]string{}
	count := c.u2()
	for i := uint16(1); i < count && c.err == nil; i++ {
		switch tag := c.u1(); tag {
		case 1: // Utf8
			if text := c.take(int(c.u2())); len(text) <= 32 {
				c.texts[i] = string(text)
			}
		case 5, 6: // Long and Double take two places
			c.take(8)
			i++
		case 7, 8, 16, 19, 20: // Class, String, MethodType, Module, Package
			c.take(2)
		case 15: // MethodHandle
			c.take(3)
		case 3, 4, 9, 10, 11, 12, 17, 18:
			c.take(4)
		default:
			c.err = errClassFile
		}
	}
}

// members reads fields or methods.
func (c *classReader) members(use func(access, name, descriptor uint16)) {
	for range c.u2() {
		access, name, descriptor := c.u2(), c.u2(), c.u2()
		for range c.u2() {
			c.u2()
			c.take(int(c.u4()))
			if c.err != nil {
				return
			}
		}
		if c.err != nil {
			return
		}
		if use != nil {
			use(access, name, descriptor)
		}
	}
}
