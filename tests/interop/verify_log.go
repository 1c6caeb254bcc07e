// Verifies a log's public folder with code that is not ours: Go's golang.org/x/mod/sumdb.
//
//	verify_log <folder> <log vkey> <old size> <old root base64>
//
// Prints what holds, a line each, and ends with an error for the first thing that does not. Tiles are read as
// tlog-tiles lays them out; the checkpoint's three lines are read here, for ParseTree takes its own origin only.
package main

import (
	"bytes"
	"encoding/base64"
	"encoding/binary"
	"fmt"
	"log"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

const height = 8

type folder string

func (f folder) Height() int { return height }

func (f folder) SaveTiles(tiles []tlog.Tile, data [][]byte) {}

func (f folder) ReadTiles(tiles []tlog.Tile) ([][]byte, error) {
	var all [][]byte
	for _, tile := range tiles {
		// Go writes tile/8/0/000; tlog-tiles leaves the height out.
		path := strings.Replace(tile.Path(), "tile/8/", "tile/", 1)
		data, err := os.ReadFile(filepath.Join(string(f), path))
		if os.IsNotExist(err) && tile.W < 1<<height {
			full := tile
			full.W = 1 << height
			path = strings.Replace(full.Path(), "tile/8/", "tile/", 1)
			data, err = os.ReadFile(filepath.Join(string(f), path))
			if err == nil {
				data = data[:tile.W*tlog.HashSize]
			}
		}
		if err != nil {
			return nil, err
		}
		all = append(all, data)
	}
	return all, nil
}

func (f folder) leaves(size int64) [][]byte {
	var all [][]byte
	for n := int64(0); n*256 < size; n++ {
		width := size - n*256
		path := tlog.Tile{H: height, L: 0, N: n, W: 256}.Path()
		if width < 256 {
			path = tlog.Tile{H: height, L: 0, N: n, W: int(width)}.Path()
		}
		data, err := os.ReadFile(filepath.Join(string(f), strings.Replace(path, "tile/8/0/", "tile/entries/", 1)))
		must(err)
		for len(data) > 0 {
			length := int(binary.BigEndian.Uint16(data))
			all = append(all, data[2:2+length])
			data = data[2+length:]
		}
	}
	return all
}

func must(err error) {
	if err != nil {
		log.Fatal(err)
	}
}

func hash(text string) (found tlog.Hash) {
	raw, err := base64.StdEncoding.DecodeString(text)
	must(err)
	copy(found[:], raw)
	return found
}

func main() {
	log.SetFlags(0)
	f := folder(os.Args[1])
	verifier, err := note.NewVerifier(os.Args[2])
	must(err)
	oldSize, err := strconv.ParseInt(os.Args[3], 10, 64)
	must(err)

	text, err := os.ReadFile(filepath.Join(string(f), "checkpoint"))
	must(err)
	opened, err := note.Open(text, note.VerifierList(verifier))
	must(err)
	lines := strings.Split(opened.Text, "\n")
	size, err := strconv.ParseInt(lines[1], 10, 64)
	must(err)
	tree := tlog.Tree{N: size, Hash: hash(lines[2])}
	fmt.Printf("note.Open: %s of %d leaves, signed by %s\n", lines[0], size, opened.Sigs[0].Name)

	reader := tlog.TileHashReader(tree, f)
	leaves := f.leaves(size)
	if int64(len(leaves)) != size {
		log.Fatalf("%d entries for %d leaves", len(leaves), size)
	}
	for index, leaf := range leaves {
		proof, err := tlog.ProveRecord(size, int64(index), reader)
		must(err)
		must(tlog.CheckRecord(proof, size, tree.Hash, int64(index), tlog.RecordHash(leaf)))
		if bytes.Count(leaf, []byte(" ")) < 3 {
			log.Fatalf("leaf %d is %q", index, leaf)
		}
	}
	fmt.Printf("tlog.CheckRecord: %d of %d leaves\n", len(leaves), size)

	proof, err := tlog.ProveTree(size, oldSize, reader)
	must(err)
	must(tlog.CheckTree(proof, size, tree.Hash, oldSize, hash(os.Args[4])))
	fmt.Printf("tlog.CheckTree: %d leaves begin with %d\n", size, oldSize)
}
