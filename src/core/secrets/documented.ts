/** Prints of values that providers, standards and emulators show in their documentation; the program does not hold them itself. */
const DOCUMENTED: ReadonlySet<number> = new Set(
	`
	1by7ss2bvj6 1ehmdja9syj 28vj5nnfcua 2vlcswqnco a2pebc70zv 129d0wxlzfs 17eary3hfwj 4ojvfe708x 1khnjvphcae 1v7a83s6g0d 2aj9nxnrqj0
	yx1bnsdk7q vtag8ngbfr 28qhqikjdea 5z9l5axp70 1njtypgblqy 2g5v0surk8u 81luv1uw3m 1bbvhxl7ox1 203pcm12bee vnuyojdz25 2bi53or14p6
	1ed7krnwgj2 gx8do5xze8 2awo4hroelq c2v6q6nmwq 24w3mf8m88w g82gqud7us 1iti1wpmqm1 1usji5qhnfb ji9gk4ng4i 9kkxm49mip 1y1tesl6nsj
	2470mxhuex4 1bwcgbsmchm 1qfmqpttqdw iwm82lif93 66fkzlav51 1q720ehgi3l 2fl3r9gugvg 1c5mjs7yznm 175oega1tre 13sp2ysc35w
	1inz81tb33x 12azsb4gxmr 1ha4feuacm4 l679mjoy7y py51sfc662 107fgzhz50n 1v01vskf3t5 24y1cithhv4
	tsxvt4d0il 21gqbjlpsrr t4ykzlgef n6o3dlb4m3 b5rk06i7in 6palr93wht 1jof1urnfxm 1c7xqjnzvyu 1xt758nsj6z 252585luegx 2bfekor5tfz
	244fmt8ek6e f0fvr81ro2 1qw89utl6t 25dk08997lb s27477hlkj 1kzdnyjem69 14urn5ckvr0 33vpl3tw9m 15pk4hy15tb 92mnmqgrqq o4203n0z0s
	rltrm438zs 2g85rf60wyb bhlyypj57m 1uy20f427an 12oz051xnj2 111uys9u9j4 21356i0lmom 7tawt0dql9 2dkeacorpap 1ghwhtaogix 1t4788grvzj
	1u7vajz5dpk bwnnsrifi2 jymbfw083t 8ullie1th3
	1711wr6lzl 1puhqvvi0a9 29ri0kkhsdi saa0na7r0q 1o5kcn7lswq 28pohbetozn 1d4wqvkjhae 40w78ylyid hq2i3u6qpx 18n9dmjbpow
	5xikto93bt hhtoknydma 1b3l4prwruy 27tqxk540r9 tt135jrgdq 15rmfgph7d 1wq7tx8x1id saz20ykqh8 2efkracu0kx 1975k6fi93t
	29htkfq2txx 2dzvxovjw6a e727fj6h68 1xnjmgwwpc 1xwwr65qo7l b9r788v382 67qzlcb7l1 132qrqdtk04
`
		.trim()
		.split(/\s+/)
		.map((code) => Number.parseInt(code, 36)),
);

/** True for a value that everybody can read in some documentation. */
export function isDocumented(text: string): boolean {
	return text.length >= 12 && text.length <= 400 && DOCUMENTED.has(printOf(text));
}

/** Two sums of all characters in 53 bits: enough that no other value meets one of a hundred by chance. */
function printOf(text: string): number {
	let a = 0x811c9dc5;
	let b = 0x1b873593;
	for (let i = 0; i < text.length; i++) {
		const code = text.charCodeAt(i);
		a = Math.imul(a ^ code, 0x01000193);
		b = Math.imul(b ^ code, 0x5bd1e995);
		b ^= b >>> 15;
	}
	return (a >>> 0) * 0x200000 + (b >>> 11);
}
