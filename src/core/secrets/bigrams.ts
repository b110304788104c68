/**
 * How much likelier each pair of characters is in names and words than in text drawn at random, in tenths of a bit from `#`, which
 * is -5.5 bits. Rows and columns are a to z, any digit, any sign. Made by `bench/randomness-table.mjs`.
 */
export const BIGRAMS =
	"8Xg`;F^#V7Gk`g#b#lerXL@GO@9flELEfE7)d\\5nE<dE#dZ>j#*#Y.Ixg:Q?k:#jV?b`61xA-dXkW+##J#>ifJQZxKJ8j39SKCdN#V\\MV>:#D#@x^NbdNTG9E=1\\YkCSNpmd<TB[H#2xkCVHhe*#v%(_.En=#aSZ]80#P#JqW=I8x;PVr$/WJ`VJ#`YOX+3#40#xs=I<u@.>g%5@T>i?*UOfo*;#D#(wVMa`]V\\#'#=d]unW'Ugn'Q#@#O#aT#7)q8#^O#))#:`:#1x9RT]&###QcCOKxRMBp#1NHTQU.MdMM);#>#'xiGE\\uE66qD?h?3kJ#E[__K,#V#$usSBJu=G%iH.X]=hg#>[KL:+%A#.xc=cgdUh8\\0GIFOcT'HktPQ3#<##wKU`e5NK*H<S_jvSd#qVZ`QXB6E#co0BTs:/K`#9eP>kZ#mTi^5/#;#3o#06#+0#+>##a#3+3#AU+x#6####gjEZSwQX4g#RHTPkB#Z``RM2#W##wU?]GlB.[d)JDCB_[6Ldp]BB8N-'xg=VFsI2ep$/KJ:dS#dcYS7<,_#$xVlQUjNV#`#8j\\l;c#mfm/%#>#3#Rs0C5x(X&p##09CP1#BQ26,##&#Qok?ECp<?Sl#HH5crD#bgR6)f',#/u\\0b?cE%BX#ZEU=Oq#BOx<:-8X/AxWQVIUKE@U18Z\\eTv#Ob[E=U#(8$xh'R:w,0?u#@V#,s,'0Q2g#5#RV(q[YZYYX$+'+/2#*#5#/C-+##)##kxb\\jc_Y_SaXCW`YZb7`hcTSV?5D@g";
