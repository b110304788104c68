import { crc32 } from "node:zlib";

const PARTS: Readonly<Record<string, string>> = {
	"[Content_Types].xml": `<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" ContentType="application/xml"/><Override PartName="/xl/workbook.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/><Override PartName="/xl/worksheets/sheet1.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"/></Types>`,
	"_rels/.rels": `<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" Target="xl/workbook.xml"/></Relationships>`,
	"xl/workbook.xml": `<workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"><sheets><sheet name="Numbers" sheetId="1" r:id="rId1"/></sheets></workbook>`,
	"xl/_rels/workbook.xml.rels": `<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet" Target="worksheets/sheet1.xml"/></Relationships>`,
	"xl/worksheets/sheet1.xml": `<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData><row r="1"><c r="A1"><v>42</v></c></row></sheetData></worksheet>`,
};

/** The smallest workbook (.xlsx) that has a sheet, "Numbers", with one number in it: a ZIP archive of parts that are not compressed. */
export function workbook(): Buffer {
	const files: Buffer[] = [];
	const directory: Buffer[] = [];
	let offset = 0;
	for (const [name, text] of Object.entries(PARTS)) {
		const data = Buffer.from(`<?xml version="1.0" encoding="UTF-8"?>${text}`);
		// Version 2.0, no flags, stored, 1 January 1980; checksum, both sizes, length of the name, nothing extra.
		const facts = numbers(
			[20, 2],
			[0, 2],
			[0, 2],
			[0, 2],
			[33, 2],
			[crc32(data), 4],
			[data.length, 4],
			[data.length, 4],
			[name.length, 2],
			[0, 2],
		);
		const file = Buffer.concat([numbers([0x04034b50, 4]), facts, Buffer.from(name), data]);
		directory.push(Buffer.concat([numbers([0x02014b50, 4], [20, 2]), facts, Buffer.alloc(10), numbers([offset, 4]), Buffer.from(name)]));
		files.push(file);
		offset += file.length;
	}
	const size = Buffer.concat(directory).length;
	const end = numbers([0x06054b50, 4], [0, 4], [files.length, 2], [files.length, 2], [size, 4], [offset, 4], [0, 2]);
	return Buffer.concat([...files, ...directory, end]);
}

/** Little-endian, each with its length in bytes. */
function numbers(...of: readonly (readonly [value: number, bytes: 2 | 4])[]): Buffer {
	return Buffer.concat(
		of.map(([value, bytes]) => {
			const buffer = Buffer.alloc(bytes);
			buffer.writeUIntLE(value, 0, bytes);
			return buffer;
		}),
	);
}
