// Signs one document again and again with node-signpdf, as its documentation has it. Each line of the input says how often; the answer is
// the processor time of that in microseconds.
import { readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { SignPdf } from '@signpdf/signpdf';
import { P12Signer } from '@signpdf/signer-p12';
import { plainAddPlaceholder } from '@signpdf/placeholder-plain';

const [, , file, p12] = process.argv;
const document = readFileSync(file);
const identity = readFileSync(p12);
for await (const line of createInterface({ input: process.stdin })) {
  const began = process.cpuUsage();
  for (let left = Number(line); left > 0; left--) {
    const pdf = plainAddPlaceholder({ pdfBuffer: document, reason: 'Statement', contactInfo: '', name: '', location: '' });
    await new SignPdf().sign(pdf, new P12Signer(identity));
  }
  const used = process.cpuUsage(began);
  console.log(used.user + used.system);
}
