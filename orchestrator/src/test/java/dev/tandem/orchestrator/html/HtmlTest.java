package dev.tandem.orchestrator.html;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.StringReader;
import java.util.List;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.w3c.dom.Element;
import org.xml.sax.InputSource;

class HtmlTest {
  private static final String HOSTILE = "</td><script>\"&amp;' <b a=\"1\">";

  private static Element parse(Html html) throws Exception {
    return DocumentBuilderFactory.newInstance()
        .newDocumentBuilder()
        .parse(new InputSource(new StringReader(html.toString())))
        .getDocumentElement();
  }

  @Test
  void whatIsWrittenIsWhatAReaderFinds() throws Exception {
    Html h = new Html().open("table").head(List.of(HOSTILE));
    h.raw("<tr>").cell(HOSTILE).cell(HOSTILE, HOSTILE).raw("</tr>");
    Element table = parse(h.close("table"));
    assertThat(table.getElementsByTagName("script").getLength()).isZero();
    assertThat(table.getElementsByTagName("th").item(0).getTextContent()).isEqualTo(HOSTILE);
    for (int i = 0; i < 2; i++) {
      assertThat(table.getElementsByTagName("td").item(i).getTextContent()).isEqualTo(HOSTILE);
    }
    Element named = (Element) table.getElementsByTagName("td").item(1);
    assertThat(named.getAttribute("data-name")).isEqualTo(HOSTILE);
  }

  @Test
  void aFileThatIsMissingIsNamed() {
    assertThatThrownBy(() -> Html.resource(HtmlTest.class, "no.css"))
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("no.css is missing from the program");
  }
}
