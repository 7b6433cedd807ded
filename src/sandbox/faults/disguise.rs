//! The shapes that an answer may take besides its own. Pure.

use axum::http::StatusCode;
use serde_json::{Value, json};

use super::Faults;
use super::chance::Dice;
use super::strike::Strike;
use crate::sandbox::answer::Answer;

/// The answer as it is sent: in a shape that is drawn for it. And the faults that have made it another than it was.
pub fn disguised(
    answer: &Answer,
    strike: Option<Strike>,
    faults: &Faults,
    dice: Dice,
) -> (Value, Vec<&'static str>) {
    let mut body = serde_json::to_value(&answer.body).unwrap_or_default();
    let mut done = Vec::new();
    let drawn = |share: f64, what: &str| dice.roll(what) < share;
    if strike == Some(Strike::OtherEntity)
        && let Some(entity) = body.get_mut("entity")
    {
        *entity = json!(entity.as_u64().unwrap_or_default() + 1);
        done.push(Strike::OtherEntity.name());
    }
    if drawn(faults.no_entity.0, "no-entity") && has_some(&body, "warnings") {
        let entity = body.as_object_mut().and_then(|body| body.remove("entity"));
        done.extend(entity.map(|_| "no-entity"));
    }
    if drawn(faults.string_codes.0, "string-codes")
        && (has_some(&body, "warnings") || has_some(&body, "errors"))
    {
        codes_as_strings(&mut body);
        done.push("string-codes");
    }
    if drawn(faults.second_shape.0, "second-shape") && !has_some(&body, "warnings") {
        body = in_second_shape(answer.status, &body, dice);
        done.push("second-shape");
    }
    (body, done)
}

/// Whether a list is there and not empty.
fn has_some(body: &Value, list: &str) -> bool {
    body[list].as_array().is_some_and(|list| !list.is_empty())
}

fn codes_as_strings(body: &mut Value) {
    for list in ["warnings", "errors"] {
        let notices = body.get_mut(list).and_then(Value::as_array_mut);
        for notice in notices.into_iter().flatten() {
            notice["code"] = json!(notice["code"].to_string());
        }
    }
}

/// `{"success","message","errorCode","errors"}`, in which errors may be mere strings.
fn in_second_shape(status: u16, body: &Value, dice: Dice) -> Value {
    let Some(error) = body["errors"].as_array().and_then(|errors| errors.first()) else {
        let success = StatusCode::from_u16(status).is_ok_and(|status| status.is_success());
        return json!({"success": success, "message": "Labels changed", "errors": []});
    };
    let code = match &error["code"] {
        Value::String(code) => code.clone(),
        code => code.to_string(),
    };
    let errors = dice.pick("errors", &[0, 1]);
    let errors = [json!([error["message"]]), body["errors"].clone()][errors].clone();
    json!({"success": false, "message": error["message"], "errorCode": code, "errors": errors})
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sandbox::answer::Notice;

    fn shown(setting: &str, answer: &Answer) -> String {
        let mut faults = Faults::default();
        faults.set(setting, "100%").unwrap();
        disguised(answer, None, &faults, Dice::of(1, 7, 1))
            .0
            .to_string()
    }

    #[test]
    fn an_answer_keeps_its_meaning_in_every_shape() {
        let success = Answer::changed(7, Vec::new(), true);
        let warned = Answer::changed(7, vec![Notice::unknown_label("Unknown")], true);
        let nobody = Answer::no_such_customer();
        let mut table = Vec::new();
        for setting in ["no-entity", "string-codes", "second-shape"] {
            for answer in [&success, &warned, &nobody] {
                table.push(format!("{setting}: {}", shown(setting, answer)));
            }
        }
        insta::assert_snapshot!(table.join("\n"));
    }

    #[test]
    fn another_customers_entity_is_another_number() {
        let answer = Answer::changed(7, Vec::new(), true);
        let struck = Some(Strike::OtherEntity);
        let disguised = |answer: &Answer| {
            let (body, faults) = disguised(answer, struck, &Faults::default(), Dice::of(1, 7, 1));
            (body["entity"].as_u64(), faults)
        };
        assert_eq!(disguised(&answer), (Some(8), vec!["other-entity"]));
        let nobody = Answer::no_such_customer();
        assert_eq!(
            disguised(&nobody),
            (None, vec![]),
            "there is none to change"
        );
    }
}
